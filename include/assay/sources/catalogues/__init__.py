"""Other catalogues as a source of metadata: DataHub and OpenMetadata, by their files and by their REST APIs."""
