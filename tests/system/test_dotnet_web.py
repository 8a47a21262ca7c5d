"""ASP.NET: at which address an action stands, and who is asked before it: by policies, groups, filters, endpoint filters and middleware."""

from __future__ import annotations

import pytest

from pipeline.system.model import System
from tests.system.small import controls_on, elements, system_of

USINGS = """
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.AI;
"""
ASKS = "async (string q, IChatClient model) => (await model.GetResponseAsync(q)).Text"


def asked(system: System) -> dict[str, bool]:
    """Of each route and socket, whether it asks who calls."""
    found = [*elements(system, "http_route"), *elements(system, "websocket")]
    return {element.name: "authentication" in controls_on(system, element.id) for element in found}


def test_an_address_is_put_together_of_class_action_and_groups() -> None:
    code = """
[Route("api/[controller]")]
public class NotesController(IChatClient model) : ControllerBase
{
    [HttpGet("{id:int}")] public string One(int id) => "one";
    [HttpPost("/ask")] public async Task<string> Ask([FromBody] string q) => (await model.GetResponseAsync(q)).Text;
}
[Route("desk/[action]")]
public class DeskController : ControllerBase
{
    [HttpGet] public string ListAsync() => "all";
}
public static class Routes
{
    public static void Map(WebApplication app)
    {
        var inner = app.MapGroup("/v1").MapGroup("chat");
        inner.MapPost("/ask", (string q) => q);
        app.MapPost("/plain", (string q) => q);
    }
}
"""
    names = {element.name for element in elements(system_of({"App.cs": USINGS + code}), "http_route")}
    assert names == {"GET /api/notes/{id:int}", "POST /ask", "GET /desk/list", "POST /v1/chat/ask", "POST /plain"}


PROGRAM = (
    USINGS
    + f"""
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthorization(options => {{ POLICY }});
var app = builder.Build();
app.MapControllers();
app.MapHub<Talk>("/talk");
app.MapPost("/open", {ASKS}).AllowAnonymous();
app.MapPost("/ask", {ASKS});
app.Run();
[ApiController, Route("api")]
public class ApiController(IChatClient model) : ControllerBase
{{
    [HttpPost("ask")] public async Task<string> Ask([FromBody] string q) => (await model.GetResponseAsync(q)).Text;
    [HttpPost("try"), AllowAnonymous] public async Task<string> Try([FromBody] string q) => (await model.GetResponseAsync(q)).Text;
}}
public class Talk(IChatClient model) : Hub
{{
    public async Task Ask(string q) => await Clients.Caller.SendAsync("r", (await model.GetResponseAsync(q)).Text);
}}
"""
)


@pytest.mark.parametrize(
    ("policy", "closed"),
    [
        ("options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();", True),
        ("options.FallbackPolicy = options.DefaultPolicy;", True),
        ("options.FallbackPolicy = null;", False),
        ("options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();", False),
    ],
)
def test_a_fallback_policy_stands_before_all_that_is_not_open_by_name(policy: str, closed: bool) -> None:
    found = asked(system_of({"Program.cs": PROGRAM.replace("POLICY", policy)}))
    assert found == {"POST /api/ask": closed, "POST /api/try": False, "POST /open": False, "POST /ask": closed, "Talk": closed}


def test_a_filter_of_all_controllers_leaves_minimal_routes_and_hubs_alone() -> None:
    program = PROGRAM.replace("POLICY", "").replace(
        "var app =",
        "builder.Services.AddControllers(o => o.Filters.Add(new Microsoft.AspNetCore.Mvc.Authorization.AuthorizeFilter()));\nvar app =",
    )
    closed = {name for name, is_asked in asked(system_of({"Program.cs": program})).items() if is_asked}
    assert closed == {"POST /api/ask"}


def test_a_hub_is_closed_where_it_is_mapped() -> None:
    code = """
var app = WebApplication.CreateBuilder(args).Build();
app.MapHub<One>("/one").RequireCors("all").RequireAuthorization();
app.MapHub<Two>("/two");
public class One : Hub { public Task Say(string text) => Clients.Caller.SendAsync("r", text); }
public class Two : Hub { public Task Say(string text) => Clients.Caller.SendAsync("r", text); }
"""
    assert asked(system_of({"Program.cs": USINGS + code})) == {"One": True, "Two": False}


def test_a_group_of_the_projects_own_is_closed_wherever_it_is_used() -> None:
    groups = """
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
namespace Shared;
public static class Groups
{
    public static RouteGroupBuilder MapClosed(this IEndpointRouteBuilder routes, string name) => routes.MapGroup("closed").WithTags(name).RequireAuthorization("web");
    public static RouteGroupBuilder MapOpen(this IEndpointRouteBuilder routes, string name) => routes.MapGroup("open").WithTags(name);
}
"""
    service = f"""
using Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
public static class Endpoints
{{
    public static void Map(this WebApplication app)
    {{
        app.MapClosed("chat").MapPost("/ask", {ASKS});
        var open = app.MapOpen("chat");
        open.MapPost("/ask", {ASKS});
    }}
}}
"""
    found = asked(system_of({"Shared/Groups.cs": groups, "Service/Endpoints.cs": service}))
    assert found == {"POST /closed/ask": True, "POST /open/ask": False}


FILTERS = (
    USINGS
    + """
public class KeyFilter(IConfiguration settings) : IAsyncActionFilter
{
    public async Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)
    {
        if (context.HttpContext.Request.Headers["X-Api-Key"] != settings["Key"]) { context.Result = new UnauthorizedResult(); return; }
        await next();
    }
}
public class NeedsKeyAttribute : Attribute, IAuthorizationFilter
{
    public void OnAuthorization(AuthorizationFilterContext context)
    {
        if (context.HttpContext.Request.Headers["X-Api-Key"] != Environment.GetEnvironmentVariable("KEY")) context.Result = new UnauthorizedResult();
    }
}
public class TimedAttribute : Attribute, IActionFilter
{
    public void OnActionExecuting(ActionExecutingContext context) => Console.WriteLine(context.ActionDescriptor.DisplayName);
}
[ApiController, Route("one"), ServiceFilter(typeof(KeyFilter))]
public class OneController(IChatClient model) : ControllerBase { [HttpPost] public async Task<string> Ask([FromBody] string q) => (await model.GetResponseAsync(q)).Text; }
[ApiController, Route("two"), NeedsKey]
public class TwoController(IChatClient model) : ControllerBase { [HttpPost] public async Task<string> Ask([FromBody] string q) => (await model.GetResponseAsync(q)).Text; }
[ApiController, Route("three"), Timed]
public class ThreeController(IChatClient model) : ControllerBase { [HttpPost] public async Task<string> Ask([FromBody] string q) => (await model.GetResponseAsync(q)).Text; }
"""
)


def test_filters_of_actions_that_refuse_whoever_brings_no_key() -> None:
    system = system_of({"Filters.cs": FILTERS})
    assert asked(system) == {"POST /one": True, "POST /two": True, "POST /three": False}
    assert all(
        route.attributes.get("by_shared_key") is (True if route.name != "POST /three" else None) for route in elements(system, "http_route")
    )


ENDPOINTS = f"""
using Microsoft.Extensions.AI;
var app = WebApplication.CreateBuilder(args).Build();
app.MapPost("/open", {ASKS});
app.MapPost("/one", {ASKS}).WithName("one").AddEndpointFilter<KeyFilter>();
var group = app.MapGroup("/v1").AddEndpointFilter(async (context, next) =>
{{
    if (context.HttpContext.Request.Headers["X-Key"] != app.Configuration["Key"]) return Results.Unauthorized();
    return await next(context);
}});
group.MapPost("/two", {ASKS});
app.Run();
public class KeyFilter : IEndpointFilter
{{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {{
        if (context.HttpContext.Request.Headers["X-Key"] != Environment.GetEnvironmentVariable("KEY")) return TypedResults.Unauthorized();
        return await next(context);
    }}
}}
"""


def test_filters_of_endpoints_stand_before_what_they_hang_on() -> None:
    assert asked(system_of({"Program.cs": ENDPOINTS})) == {"POST /open": False, "POST /one": True, "POST /v1/two": True}


MIDDLEWARE = f"""
using Microsoft.Extensions.AI;
var app = WebApplication.CreateBuilder(args).Build();
PIPELINE
app.MapPost("/api/ask", {ASKS});
app.MapPost("/public/ask", {ASKS});
app.Run();
public class Middleware(RequestDelegate next, IConfiguration settings)
{{
    public async Task InvokeAsync(HttpContext context)
    {{
        BODY
        await next(context);
    }}
}}
"""
KEY = 'if (context.Request.Headers["X-Api-Key"] != settings["ApiKey"]) { context.Response.StatusCode = 401; return; }'
PUBLIC = 'if (context.Request.Path.StartsWithSegments("/public")) { await next(context); return; }\n'
PAID = 'if (settings["Paid"] != "yes") { context.Response.StatusCode = StatusCodes.Status403Forbidden; return; }'
USED = "app.UseMiddleware<Middleware>();"
WHEN = 'app.UseWhen(context => context.Request.Path.StartsWithSegments("/api"), part => part.UseMiddleware<Middleware>());'
INLINE = 'app.Use(async (context, next) => { if (context.Request.Headers["X-Api-Key"] != app.Configuration["ApiKey"]) { context.Response.StatusCode = 401; return; } await next(context); });'


@pytest.mark.parametrize(
    ("pipeline", "body", "closed"),
    [
        (USED, KEY, {"POST /api/ask", "POST /public/ask"}),
        (USED, PUBLIC + KEY, {"POST /api/ask"}),
        (WHEN, KEY, {"POST /api/ask"}),
        (INLINE, "", {"POST /api/ask", "POST /public/ask"}),
        (USED, PAID, set()),  # says nothing of who calls
        ("", KEY, set()),
    ],
)
def test_middleware_asks_at_the_addresses_that_it_judges(pipeline: str, body: str, closed: set[str]) -> None:
    found = asked(system_of({"Program.cs": MIDDLEWARE.replace("PIPELINE", pipeline).replace("BODY", body)}))
    assert {name for name, is_asked in found.items() if is_asked} == closed


LIMITS = f"""
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.AI;
using System.Threading.RateLimiting;
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddRateLimiter(options => {{ LIMIT }});
var app = builder.Build();
app.UseRateLimiter();
app.MapPost("/ask", {ASKS});
app.MapPost("/free", {ASKS}).DisableRateLimiting();
app.MapGroup("/v1").RequireRateLimiting("few").MapPost("/ask", {ASKS});
"""


@pytest.mark.parametrize(
    ("limit", "limited"),
    [
        (
            'options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(c => RateLimitPartition.GetNoLimiter(""));',
            {"POST /ask", "POST /v1/ask"},
        ),
        ('options.AddFixedWindowLimiter("few", window => window.PermitLimit = 10);', {"POST /v1/ask"}),
    ],
)
def test_limits_of_all_routes_and_of_a_group(limit: str, limited: set[str]) -> None:
    system = system_of({"Program.cs": LIMITS.replace("LIMIT", limit, 1)})
    assert {route.name for route in elements(system, "http_route") if "rate_limit" in controls_on(system, route.id)} == limited
