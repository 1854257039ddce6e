"""What nights have published, read and put together for people and programs who ask; nothing is computed anew."""
