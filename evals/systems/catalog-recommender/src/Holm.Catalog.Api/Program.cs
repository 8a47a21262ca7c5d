using System.Net;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Azure.Identity;
using Azure.Storage.Blobs;
using Holm.Catalog.Api.Chat;
using Holm.Catalog.Api.Events;
using Holm.Catalog.Api.Recommend;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.SemanticKernel;
using Npgsql;

var builder = WebApplication.CreateBuilder(args);
var config = builder.Configuration;
var credential = new DefaultAzureCredential();

builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 32 * 1024);

builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
{
    options.Authority = config["Auth:Authority"];
    options.Audience = config["Auth:Audience"];
    options.MapInboundClaims = false;
});
builder.Services.AddAuthorization();

builder.Services.Configure<ForwardedHeadersOptions>(options =>
{
    options.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
    options.ForwardLimit = 1;
    foreach (var network in config.GetSection("Proxies").Get<string[]>() ?? [])
    {
        var parts = network.Split('/');
        options.KnownNetworks.Add(new Microsoft.AspNetCore.HttpOverrides.IPNetwork(IPAddress.Parse(parts[0]), int.Parse(parts[1])));
    }
});

builder.Services.AddRateLimiter(options =>
{
    options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
    options.AddPolicy("events", http => PerMinute(http.Connection.RemoteIpAddress?.ToString() ?? "?", 60));
    options.AddPolicy("chat", http => PerMinute(
        http.User.FindFirstValue("sub") ?? http.Connection.RemoteIpAddress?.ToString() ?? "?", 8));
});

var source = new NpgsqlDataSourceBuilder(config.GetConnectionString("Catalog"));
source.UsePeriodicPasswordProvider(
    async (_, stop) => (await credential.GetTokenAsync(
        new(["https://ossrdbms-aad.database.windows.net/.default"]), stop)).Token,
    TimeSpan.FromMinutes(50), TimeSpan.FromSeconds(10));
builder.Services.AddSingleton(source.Build());

builder.Services.AddSingleton(new BlobContainerClient(new Uri(config["Models:Container"]!), credential));
builder.Services.AddHybridCache();
builder.Services.AddAzureOpenAIChatCompletion(config["OpenAI:Deployment"]!, config["OpenAI:Endpoint"]!, credential);
builder.Services.AddKernel();

builder.Services.AddSingleton<EventStore>();
builder.Services.AddSingleton<Neighbours>();
builder.Services.AddHostedService(services => services.GetRequiredService<Neighbours>());
builder.Services.AddSingleton<ProductReader>();
builder.Services.AddSingleton<CustomerReader>();
builder.Services.AddScoped<ChatService>();
builder.Services.AddSingleton<TokenBudget>();

var app = builder.Build();

app.UseForwardedHeaders();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();

app.MapEvents();
app.MapRecommendations();
app.MapChat();
app.MapGet("/healthz", () => Results.NoContent());

app.Run();

static RateLimitPartition<string> PerMinute(string key, int permits) => RateLimitPartition.GetFixedWindowLimiter(key,
    _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = TimeSpan.FromMinutes(1) });
