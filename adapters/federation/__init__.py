"""Federation on the wire, both sides: what is signed and how (`signing`), what a report looks like
(`schema`, also the OpenAPI description), which addresses may be asked (`addresses`), and how a
thousand nodes are asked at once (`asking`) or a hub is told (`telling`)."""
