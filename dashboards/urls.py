"""The pages' table of contents."""


urlpatterns: list = []
