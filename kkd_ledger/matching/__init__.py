"""Which open item a bank line pays: evidence, objections, proposals, returns."""
