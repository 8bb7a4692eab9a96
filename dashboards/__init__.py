"""The pages: what a scan opens, the customer's dashboard, the company's desk."""
