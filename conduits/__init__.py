"""The relation of one owner and one company through one pico: terms, the gate, endpoints and delivery."""
