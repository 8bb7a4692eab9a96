"""The demo's own pages, beneath `/demo/`."""

from django.urls import path

from demo.sign_in import sign_in

urlpatterns = [
    path("sign-in/<str:token>", sign_in, name="demo_sign_in"),
]
