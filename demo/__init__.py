"""The demo: two companies, a customer, a call centre that answers, and the story that plays both scenes."""
