"""The company's desk: inbox, conversation, products, endpoints, rules, keys."""
