"""Write `datahub/` with DataHub's own classes: `pip install acryl-datahub==1.7.0.17`, then run this in that environment."""

from __future__ import annotations

import json
from pathlib import Path

import datahub.metadata.schema_classes as m
from datahub.emitter.mce_builder import (
    make_data_platform_urn,
    make_dataset_urn,
    make_group_urn,
    make_schema_field_urn,
    make_tag_urn,
    make_user_urn,
)
from datahub.emitter.mcp import MetadataChangeProposalWrapper as Mcp
from datahub.ingestion.sink.file import write_metadata_file

HERE = Path(__file__).parent / "datahub"
STAMP = m.AuditStampClass(time=1_700_000_000_000, actor=make_user_urn("datahub"))
KINDS = {"string": m.StringTypeClass, "number": m.NumberTypeClass, "date": m.DateTypeClass, "record": m.RecordTypeClass}


def urn(table: str, platform: str = "postgres") -> str:
    return make_dataset_urn(platform, table)


TRANSACTIONS, PRODUCTS, WEEKLY = urn("shop.public.transactions"), urn("shop.public.products"), urn("shop.marts.weekly_sales")
REMOVED, RETURNS, COUPONS = urn("shop.public.campaigns"), urn("shop.public.returns"), urn("lake/landing/coupons", "s3")


def schema(fields: list[tuple[str, str, str | None]], keys: list[str] | None = None,
           foreign: list[m.ForeignKeyConstraintClass] | None = None, key_fields: tuple[str, ...] = ()) -> m.SchemaMetadataClass:
    return m.SchemaMetadataClass(
        schemaName="shop", platform=make_data_platform_urn("postgres"), version=0, hash="",
        platformSchema=m.OtherSchemaClass(rawSchema=""), primaryKeys=keys, foreignKeys=foreign,
        fields=[m.SchemaFieldClass(fieldPath=path, nativeDataType=kind, description=said, isPartOfKey=path in key_fields,
                                   type=m.SchemaFieldDataTypeClass(type=KINDS[kind]())) for path, kind, said in fields])


def owned(*owners: str) -> m.OwnershipClass:
    return m.OwnershipClass(owners=[m.OwnerClass(owner=owner, type=m.OwnershipTypeClass.TECHNICAL_OWNER) for owner in owners],
                            lastModified=STAMP)


def upstream(*edges: str, fine: list[tuple[list[str], list[str], float]]) -> m.UpstreamLineageClass:
    return m.UpstreamLineageClass(
        upstreams=[m.UpstreamClass(dataset=edge, type=m.DatasetLineageTypeClass.TRANSFORMED, auditStamp=STAMP)
                   for edge in edges],
        fineGrainedLineages=[m.FineGrainedLineageClass(
            upstreamType=m.FineGrainedLineageUpstreamTypeClass.FIELD_SET, upstreams=above,
            downstreamType=m.FineGrainedLineageDownstreamTypeClass.FIELD_SET, downstreams=below, confidenceScore=sure)
            for above, below, sure in fine])


ASPECTS = [
    (TRANSACTIONS, m.DatasetPropertiesClass(name="transactions", description="Lines of receipts, as the tills send them.",
                                            customProperties={"team": "sales", "Tier": "gold"})),
    (TRANSACTIONS, m.EditableDatasetPropertiesClass(description="Every line of every receipt.")),
    (TRANSACTIONS, schema(
        [("household_id", "number", "Household that holds the loyalty card"), ("product_id", "number", "Product that was sold"),
         ("sales_value", "number", "What was paid"), ("ghost", "string", "A column that is gone")],
        foreign=[m.ForeignKeyConstraintClass(
            name="to_products", foreignDataset=PRODUCTS, foreignFields=[make_schema_field_urn(PRODUCTS, "product_id")],
            sourceFields=[make_schema_field_urn(TRANSACTIONS, "product_id")])])),
    (TRANSACTIONS, m.EditableSchemaMetadataClass(editableSchemaFieldInfo=[
        m.EditableSchemaFieldInfoClass(fieldPath="sales_value", description="Amount paid by the household, after discounts")])),
    (TRANSACTIONS, owned(make_user_urn("ann"), make_group_urn("sales ops"))),
    (TRANSACTIONS, m.StatusClass(removed=False)),
    (PRODUCTS, m.DatasetPropertiesClass(name="products", description="Every product that was ever sold.")),
    (PRODUCTS, schema([
        ("[version=2.0].[type=struct].[type=long].product_id", "number", "Number of the product"),
        ("[version=2.0].[type=struct].[type=string].brand", "string", "Private or national"),
        ("[version=2.0].[type=struct].[type=struct].package.[type=string].size", "string", "Inside a record")],
        key_fields=("[version=2.0].[type=struct].[type=long].product_id",))),
    (PRODUCTS, m.GlobalTagsClass(tags=[m.TagAssociationClass(tag=make_tag_urn("pii")),
                                       m.TagAssociationClass(tag=make_tag_urn("Tier:silver"))])),
    (COUPONS, m.DatasetPropertiesClass(description="Coupons as files.")),
    (COUPONS, m.StructuredPropertiesClass(properties=[m.StructuredPropertyValueAssignmentClass(
        propertyUrn="urn:li:structuredProperty:io.shop.tier", values=["bronze"])])),
    (RETURNS, m.DatasetPropertiesClass(description="What came back.")),
    (REMOVED, m.DatasetPropertiesClass(description="A table that the catalogue gave up.")),
    (REMOVED, m.StatusClass(removed=True)),
    (WEEKLY, m.SubTypesClass(typeNames=["View"])),
    (WEEKLY, upstream(TRANSACTIONS, REMOVED, fine=[
        ([make_schema_field_urn(TRANSACTIONS, "sales_value")], [make_schema_field_urn(WEEKLY, "sales")], 0.9),
        ([make_schema_field_urn(TRANSACTIONS, "product_id"), make_schema_field_urn(PRODUCTS, "product_id")],
         [make_schema_field_urn(WEEKLY, "product")], 1.0)])),
]


def event(table: str, aspects: list[object]) -> m.MetadataChangeEventClass:
    return m.MetadataChangeEventClass(proposedSnapshot=m.DatasetSnapshotClass(urn=table, aspects=aspects))


def main() -> None:
    proposals = [Mcp(entityUrn=table, aspect=aspect) for table, aspect in ASPECTS]
    write_metadata_file(HERE / "proposals.json", proposals)
    nested = [proposal.to_obj(simplified_structure=False) for proposal in proposals]
    (HERE / "proposals_nested.jsonl").write_text("".join(json.dumps(one) + "\n" for one in nested), encoding="utf-8")
    of_snapshots = (m.DatasetPropertiesClass, m.EditableDatasetPropertiesClass, m.SchemaMetadataClass, m.OwnershipClass,
                    m.EditableSchemaMetadataClass, m.StatusClass, m.GlobalTagsClass, m.UpstreamLineageClass)
    tables = list(dict.fromkeys(table for table, _ in ASPECTS))
    write_metadata_file(HERE / "events.json", [
        event(table, [aspect for t, aspect in ASPECTS if t == table and isinstance(aspect, of_snapshots)]) for table in tables])
    entities = [{"urn": table} | {aspect.ASPECT_NAME: {"value": aspect.to_obj()} for t, aspect in ASPECTS if t == table}
                for table in tables]
    (HERE / "entities.json").write_text(json.dumps(entities, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
