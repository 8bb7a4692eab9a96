"""The rule language: what a rule may say, how it is checked, and the sentence that it reads as."""
