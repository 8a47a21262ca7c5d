from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

urlpatterns = [
    path('admin/', admin.site.urls),
    path('login/', auth_views.LoginView.as_view(template_name='labels/login.html')),
    path('logout/', auth_views.LogoutView.as_view()),
    path('', include('labels.urls')),
]
