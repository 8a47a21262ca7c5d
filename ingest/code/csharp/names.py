"""Names in C# files: modules, and where the classes of .NET itself live.

A file is known as `./folder/File` from the root of what is scanned, without its suffix; a partial class, which several files make
together, as `./~Namespace.Class`. What comes from a package has the name C# gives it: `Microsoft.Extensions.AI.IChatClient`. A file opens
namespaces without saying what it takes from each, so the classes of .NET are listed here: any other name may come from each
namespace of a package that is open. Types that say how free a text can be are the graph's own: `string` is `builtins.str`.
"""

from __future__ import annotations

SUFFIXES = (".cs", ".razor", ".cshtml")
MARKUP = (".razor", ".cshtml")
NAMESPACE = "@namespace"  # local names under which a file's imports keep what is no single name
HOLDS = "@class"  # a class with its namespace
OPENS = "@using"
OPENS_EVERYWHERE = "@global"
MEMBERS_OF = "@static"
COMPONENT = "@component"  # a class of a Razor file that does not say its namespace
OPENS_BELOW = "@below"  # a namespace that is open in the Razor files of the folder and below

_NAMESPACES = {
    "System": "Action Activator AppContext AppDomain ArgumentException ArgumentNullException Array Attribute BitConverter Buffer Console "
    "Convert DateOnly Enum Environment EventArgs EventHandler Exception Func GC IDisposable IAsyncDisposable IServiceProvider "
    "InvalidOperationException Lazy Math MathF Memory NotImplementedException NotSupportedException Nullable Obsolete Predicate Random "
    "ReadOnlyMemory ReadOnlySpan Span StringComparer StringComparison TimeOnly Tuple Type Uri UriBuilder ValueTuple Version Flags "
    "OperationCanceledException TimeoutException FormatException BinaryData Range Index Serializable",
    "System.IO": "BinaryReader BinaryWriter Directory DirectoryInfo File FileInfo FileMode FileAccess FileStream IOException MemoryStream "
    "Path SearchOption Stream StreamReader StreamWriter StringReader StringWriter TextReader TextWriter",
    "System.Collections.Generic": "Comparer Dictionary EqualityComparer HashSet IAsyncEnumerable ICollection IDictionary IEnumerable "
    "IEnumerator IList IReadOnlyCollection IReadOnlyDictionary IReadOnlyList ISet KeyValuePair LinkedList List Queue SortedDictionary "
    "SortedList SortedSet Stack PriorityQueue",
    "System.Collections.Concurrent": "BlockingCollection ConcurrentBag ConcurrentDictionary ConcurrentQueue",
    "System.Linq": "Enumerable IQueryable Queryable",
    "System.Text": "Encoding StringBuilder UTF8Encoding",
    "System.Text.Json": "JsonDocument JsonElement JsonException JsonSerializer JsonSerializerOptions Utf8JsonReader Utf8JsonWriter",
    "System.Text.Json.Serialization": "JsonPropertyName JsonIgnore JsonConverter JsonSerializable JsonStringEnumConverter",
    "System.Text.Json.Nodes": "JsonArray JsonNode JsonObject JsonValue",
    "System.Text.RegularExpressions": "Match Regex RegexOptions GeneratedRegex",
    "System.Threading": "CancellationToken CancellationTokenSource Interlocked Monitor SemaphoreSlim Thread Timer",
    "System.Threading.Tasks": "Parallel Task TaskCompletionSource ValueTask",
    "System.Net.Http": "ByteArrayContent FormUrlEncodedContent HttpClient HttpClientHandler HttpContent HttpMethod HttpRequestMessage "
    "HttpResponseMessage IHttpClientFactory MultipartFormDataContent StringContent StreamContent HttpRequestException DelegatingHandler",
    "System.Net": "Dns HttpListener IPAddress NetworkCredential WebClient WebRequest WebUtility HttpStatusCode",
    "System.Net.Mail": "MailMessage SmtpClient",
    "System.Web": "HttpUtility",
    "System.Diagnostics": "Activity ActivitySource Debug Process ProcessStartInfo Stopwatch Trace",
    "System.ComponentModel": "Description DefaultValue INotifyPropertyChanged",
    "System.ComponentModel.DataAnnotations": "Required MaxLength StringLength MinLength Key RegularExpression",
    "System.Reflection": "Assembly BindingFlags MethodInfo",
    "System.Runtime.CompilerServices": "EnumeratorCancellation CallerMemberName",
    "System.Runtime.Serialization.Formatters.Binary": "BinaryFormatter",
    "System.Runtime.Serialization": "NetDataContractSerializer DataContractSerializer",
    "System.Security.Claims": "Claim ClaimsPrincipal ClaimTypes ClaimsIdentity",
    "System.Security.Cryptography": "Aes MD5 RandomNumberGenerator SHA1 SHA256",
    "System.Xml": "XmlDocument XmlReader XmlReaderSettings",
    "System.Xml.Linq": "XDocument XElement",
    "System.Data": "CommandType DataTable DbType IDbCommand IDbConnection IDbDataAdapter",
    "System.Data.Common": "DbCommand DbConnection DbDataReader DbDataSource",
    "System.ClientModel": "ApiKeyCredential ClientResult",
    "System.Globalization": "CultureInfo",
    "Microsoft.AspNetCore.Builder": "IApplicationBuilder WebApplication WebApplicationBuilder WebApplicationOptions",
    "Microsoft.AspNetCore.Http": "HttpContext HttpRequest HttpResponse IFormCollection IFormFile IFormFileCollection IHttpContextAccessor "
    "IResult Results TypedResults StatusCodes RequestDelegate CookieOptions",
    "Microsoft.AspNetCore.Routing": "IEndpointRouteBuilder RouteGroupBuilder LinkGenerator",
    "Microsoft.AspNetCore.Mvc": "ActionResult ApiController Controller ControllerBase FromBody FromForm FromHeader FromKeyedServices "
    "FromQuery FromRoute FromServices HttpDelete HttpGet HttpPatch HttpPost HttpPut IActionResult ProducesResponseType Route "
    "BindProperty ValidateAntiForgeryToken IgnoreAntiforgeryToken Produces Consumes",
    "Microsoft.AspNetCore.Authorization": "AllowAnonymous Authorize",
    "Microsoft.AspNetCore.RateLimiting": "EnableRateLimiting DisableRateLimiting",
    "Microsoft.AspNetCore.Mvc.RazorPages": "PageModel",
    "Microsoft.AspNetCore.SignalR": "Hub IHubContext",
    "Microsoft.AspNetCore.Html": "HtmlString",
    "Microsoft.AspNetCore.Components": "CascadingParameter ChangeEventArgs ComponentBase EventCallback Inject MarkupString "
    "NavigationManager Parameter RenderFragment SupplyParameterFromForm SupplyParameterFromQuery",
    "Microsoft.AspNetCore.Components.Forms": "IBrowserFile InputFileChangeEventArgs",
    "Microsoft.JSInterop": "IJSRuntime",
    "Microsoft.Extensions.Configuration": "ConfigurationBuilder IConfiguration IConfigurationRoot",
    "Microsoft.Extensions.DependencyInjection": "IServiceCollection IServiceScopeFactory ServiceCollection",
    "Microsoft.Extensions.Hosting": "BackgroundService Host HostApplicationBuilder IHost IHostedService IHostApplicationBuilder",
    "Microsoft.Extensions.Logging": "ILogger ILoggerFactory LogLevel LoggerFactory LoggerMessage",
    "Microsoft.Extensions.Options": "IOptions IOptionsMonitor IOptionsSnapshot Options",
    "Microsoft.EntityFrameworkCore": "DbContext DbContextOptions DbSet IDbContextFactory",
}  # fmt: skip
KNOWN = {name: f"{namespace}.{name}" for namespace, names in _NAMESPACES.items() for name in names.split()}
LISTED = frozenset(_NAMESPACES)  # namespaces whose names are all here, as far as any matters
ROOTS = frozenset({"System", "Microsoft"})
# Where the namespaces of packages begin that are written out in full: `new OpenAI.Chat.ChatClient(...)`.
PACKAGE_ROOTS = frozenset({"Anthropic", "Azure", "Dapper", "LLama", "ModelContextProtocol", "Newtonsoft", "Npgsql", "OllamaSharp", "OpenAI",
                           "Pgvector", "Qdrant", "Serilog"})  # fmt: skip
_SAME_AS = {
    "@len": "builtins.len", "@list": "builtins.list", "@dict": "builtins.dict", "@super": "builtins.super",
    "@property": "builtins.property", "@Annotated": "typing.Annotated", "@record": "dataclasses.dataclass", "@enum": "enum.Enum",
    "@extension": "builtins.extension", "@private": "builtins.private", "@injected": "builtins.injected",
    "@str": "builtins.str", "@int": "builtins.int", "@float": "builtins.float", "@bool": "builtins.bool", "@object": "builtins.object",
    "@UUID": "uuid.UUID", "@date": "datetime.date", "@datetime": "datetime.datetime", "@timedelta": "datetime.timedelta",
    "@Decimal": "decimal.Decimal",
}  # fmt: skip
PLAIN = {
    "string": "@str", "String": "@str", "char": "@str", "object": "@object", "dynamic": "@object", "int": "@int", "long": "@int",
    "short": "@int", "byte": "@int", "uint": "@int", "ulong": "@int", "ushort": "@int", "sbyte": "@int", "Int32": "@int", "Int64": "@int",
    "double": "@float", "float": "@float", "decimal": "@Decimal", "bool": "@bool", "Boolean": "@bool", "Guid": "@UUID",
    "DateOnly": "@date", "DateTime": "@datetime", "DateTimeOffset": "@datetime", "TimeSpan": "@timedelta",
}  # fmt: skip
SPELLED = {"string": "System.String", "int": "System.Int32", "long": "System.Int64", "double": "System.Double", "bool": "System.Boolean",
            "decimal": "System.Decimal", "float": "System.Single", "object": "System.Object", "char": "System.Char",
            "Guid": "System.Guid", "String": "System.String", "DateTime": "System.DateTime", "DateTimeOffset": "System.DateTimeOffset",
            "DateOnly": "System.DateOnly", "TimeSpan": "System.TimeSpan", "Int32": "System.Int32", "Int64": "System.Int64",
            "Boolean": "System.Boolean"}  # fmt: skip
CONTAINERS = {
    "List": "@list", "IList": "@list", "IEnumerable": "@list", "ICollection": "@list", "IReadOnlyList": "@list", "HashSet": "@list",
    "IReadOnlyCollection": "@list", "IAsyncEnumerable": "@list", "ISet": "@list", "Queue": "@list", "Stack": "@list",
    "IQueryable": "@list", "ImmutableArray": "@list", "ConcurrentBag": "@list", "ConcurrentQueue": "@list",
    "Dictionary": "@dict", "IDictionary": "@dict", "IReadOnlyDictionary": "@dict", "ConcurrentDictionary": "@dict",
}  # fmt: skip

MADE_BY_CAST = frozenset({"MarkupString"})  # `(MarkupString)html` is `new MarkupString(html)`
DELEGATES = frozenset({"Action", "Func", "EventCallback"})  # what `x.Invoke(a)` calls is x
OPEN_BASES = frozenset({"Hub"})  # bases whose public methods a framework calls by name: those that are not are marked
FILLED = frozenset({"BindProperty", "SupplyParameterFromForm", "SupplyParameterFromQuery"})  # properties that a request fills


def module_name(path: str) -> str:
    """`src/Chat/Program.cs` -> `./src/Chat/Program`. A Razor file has a name of its own beside its `.razor.cs`."""
    whole = path.removeprefix("./")
    if whole.endswith(MARKUP):
        return "./" + whole.replace(".", "_")
    return "./" + whole.removesuffix(".cs").replace(".", "_") + ("_cs" if whole.removesuffix(".cs").endswith(MARKUP) else "")


def component_of(path: str) -> tuple[str, str] | None:
    """The folder and the class of the component that a `.razor` file and its `.razor.cs` make together."""
    folder, _, name = path.removeprefix("./").rpartition("/")
    for suffix in (".razor.cs", ".razor"):
        if name.endswith(suffix) and len(name) > len(suffix):
            return folder.replace(".", "_"), name.removesuffix(suffix)
    return None


def global_name(name: str) -> str | None:
    """What a name means that no namespace need be opened for, or None."""
    return _SAME_AS.get(name) or SPELLED.get(name)
