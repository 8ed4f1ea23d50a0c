"""The operator's API: what people and the console do with stations, places, prices, partners and money."""
