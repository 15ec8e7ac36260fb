"""From a paper contract to agreement.toml: the questions, their answers as a record, and the text made of them."""
