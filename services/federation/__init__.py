"""Federation: what a node tells its hub of itself. On a node `answering` is the door, `telling`
goes out by itself where the hub cannot come in; on the hub `pulling` asks, `reports` keeps what
was told either way, `sites` administers the nodes, `overview` shows them."""
