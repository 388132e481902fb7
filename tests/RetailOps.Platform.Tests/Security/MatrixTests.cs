using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using MediatR;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>
/// The committed matrix, played: every operation through HTTP as nobody, as each role, as clients with all and without the permission; every
/// request, with or without a route, through the one door. A new operation or request is a new row here by itself, or fails.
/// </summary>
public sealed class MatrixTests(MatrixHost host) : IClassFixture<MatrixHost>
{
    private const string Nobody = "nobody";
    private const string Stranger = "a client without it";
    private const string Integration = "a client with all of an integrator";
    private const string CommandLine = "cli";

    /// <summary>Operations that are called otherwise than the request they send.</summary>
    private static readonly Dictionary<string, string> SentBy = new()
    {
        ["ApproveDecisionTable"] = "DecideDocument",
        ["ApprovePolicy"] = "DecideDocument",
        ["ApproveRefund"] = "DecideApproval",
        ["ApproveWorkflow"] = "DecideWorkflow",
        ["BulkApproveRefunds"] = "DecideApproval",
        ["DiscardDeadLetter"] = "DecideDeadLetter",
        ["DiscardDeadStimulus"] = "DecideDeadStimulus",
        ["EnableClient"] = "DisableClient",
        ["EvaluateDecisionTable"] = "EvaluateDecision",
        ["GetAvailabilities"] = "GetAvailability",
        ["GetDecisionTable"] = "GetDocument",
        ["GetDecisionTableVersion"] = "GetDocument",
        ["GetPolicy"] = "GetDocument",
        ["GetPolicyVersion"] = "GetDocument",
        ["ListDecisionTables"] = "ListDocuments",
        ["ListDecisionTableVersions"] = "ListDocumentVersions",
        ["ListPolicies"] = "ListDocuments",
        ["ListPolicyVersions"] = "ListDocumentVersions",
        ["ListStuckInstances"] = "ListStuck",
        ["ProposeDecisionTable"] = "ProposeDocument",
        ["ProposePolicy"] = "ProposeDocument",
        ["RejectDecisionTable"] = "DecideDocument",
        ["RejectPolicy"] = "DecideDocument",
        ["RejectRefund"] = "DecideApproval",
        ["RejectWorkflow"] = "DecideWorkflow",
        ["ReplayDeadLetter"] = "DecideDeadLetter",
        ["ReplayDeadLetters"] = "DecideDeadLetters",
        ["ReplayDeadStimulus"] = "DecideDeadStimulus",
        ["ResumeWebhook"] = "PauseWebhook",
        ["RetryIncident"] = "RetryIncidents",
        ["UnlockPerson"] = "LockPerson",
    };

    private static readonly IReadOnlyDictionary<string, (string Permission, IReadOnlySet<string> Who)> Matrix = File
        .ReadLines(Path.Combine(RepositoryRoot.Find(), "docs", "contracts", "authorisation.txt")).Where(l => !l.StartsWith('#'))
        .Select(l => l.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries)).ToDictionary(w => w[0], w => (w[1], (IReadOnlySet<string>)w[2..].ToHashSet()));

    private static readonly IReadOnlyList<Type> Requests = AuthorisationTests.Requests().ToList();

    public static TheoryData<string> Operations => [.. OpenApi.Operations.Select(o => o.Id)];

    public static TheoryData<string> AllRequests => [.. Requests.Select(r => r.Name)];

    [Fact]
    public void Every_request_has_a_row_and_every_operation_sends_one_of_them()
    {
        Matrix.Keys.Should().BeEquivalentTo(Requests.Select(r => r.Name));
        OpenApi.Operations.Where(o => !Matrix.ContainsKey(SentBy.GetValueOrDefault(o.Id, o.Id))).Select(o => o.Id)
            .Should().BeEmpty("an operation is called like its request, or stands in the list above");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_operation_answers_everybody_as_the_matrix_says(string id)
    {
        var operation = OpenApi.Operations.Single(o => o.Id == id);
        var (permission, who) = Matrix[SentBy.GetValueOrDefault(id, id)];
        var answers = new Dictionary<string, HttpStatusCode>();
        foreach (var caller in (string[])[Nobody, .. Roles.All.Where(r => r != Roles.Integrator), Stranger, Integration, CommandLine])
        {
            answers[caller] = await host.Call(operation, caller, permission);
        }

        answers[Nobody].Should().Be(HttpStatusCode.Unauthorized);
        answers[Stranger].Should().Be(HttpStatusCode.Forbidden);
        foreach (var (caller, status) in answers.Where(a => a.Key is not (Nobody or Stranger)))
        {
            var isGranted = who.Contains(caller == Integration ? Roles.Integrator : caller);
            if (isGranted)
            {
                status.Should().NotBe(HttpStatusCode.Unauthorized, "{0} holds {1}", caller, permission).And.NotBe(HttpStatusCode.Forbidden, "{0} holds {1}", caller, permission);
            }
            else
            {
                status.Should().Be(HttpStatusCode.Forbidden, "{0} does not hold {1}", caller, permission);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllRequests))]
    public async Task A_request_is_refused_to_everybody_whom_the_matrix_does_not_name(string name)
    {
        var type = Requests.Single(r => r.Name == name);
        var (permission, who) = Matrix[name];
        foreach (var role in Roles.All)
        {
            var caller = new Caller.Person(Guid.CreateVersion7(), Permissions.Of([role])) { Roles = new HashSet<string> { role } };
            (await host.IsForbidden(type, caller)).Should().Be(!who.Contains(role), "{0}, {1}", role, permission);
        }

        (await host.IsForbidden(type, new Caller.Client("all", Permissions.OfSystems))).Should().Be(!who.Contains(Roles.Integrator) || who.Contains("(in-person)"));
        (await host.IsForbidden(type, new Caller.Client("none", new HashSet<string>()))).Should().BeTrue();
        (await host.IsForbidden(type, new Caller.Client("cli", Permissions.Operational))).Should().Be(!who.Contains(CommandLine));
    }
}

/// <summary>A host where nobody is trusted without a credential, with a session or token for everybody who plays the matrix.</summary>
public sealed class MatrixHost : IAsyncLifetime
{
    private readonly HostFixture host = new() { Trusts = false };
    private readonly Dictionary<string, HttpClient> callers = [];
    private readonly Dictionary<string, HttpClient> strangers = [];
    private readonly List<IDisposable> open = [];
    private Grants grants = null!;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        grants = new(host);
        callers["nobody"] = Add(new HttpClient());
        foreach (var person in host.People)
        {
            var browser = await grants.SignedIn(person.Name);
            open.Add(browser);
            callers[person.Name] = browser.Http;
        }

        callers["a client with all of an integrator"] = WithToken(await grants.Token(await grants.NewClient([.. Permissions.OfSystems])));
        callers["cli"] = WithToken(await grants.Token(new(Callers.CommandLine, DemoPeople.SecretOfCommandLine(host.Settings.DataFolder)!)));
        foreach (var permission in Permissions.OfSystems.Take(2))
        {
            strangers[permission] = WithToken(await grants.Token(await grants.NewClient([permission])));
        }
    }

    public async Task DisposeAsync()
    {
        open.ForEach(o => o.Dispose());
        await host.DisposeAsync();
    }

    /// <summary>Sends an operation with a body that can be read and names nothing that exists.</summary>
    internal async Task<HttpStatusCode> Call(Operation operation, string caller, string permission)
    {
        var http = callers.GetValueOrDefault(caller) ?? strangers.First(s => s.Key != permission).Value;
        using var request = new HttpRequestMessage(operation.Method, new Uri(host.Address, operation.Path)) { Content = operation.Body is { } body ? new StringContent(body, Encoding.UTF8, "application/json") : null };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        using var answer = await http.SendAsync(request);
        if (answer.StatusCode is HttpStatusCode.BadRequest && caller is not "nobody")
        {
            var problem = await answer.Content.ReadAsStringAsync();
            problem.Should().Contain("request.invalid", "{0} has to be read before it is refused: {1}", operation.Id, operation.Body);
        }

        return answer.StatusCode;
    }

    /// <summary>Sends a request that says nothing; whoever may send it is refused for other reasons, or it breaks.</summary>
    internal async Task<bool> IsForbidden(Type request, Caller caller)
    {
        var answer = request.GetInterfaces().Single(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>)).GetGenericArguments()[0].GetGenericArguments()[0];
        var run = typeof(RequestRunner).GetMethod(nameof(RequestRunner.Run))!.MakeGenericMethod(answer);
        try
        {
            var task = (Task)run.Invoke(host.Services.GetRequiredService<RequestRunner>(), [caller, RuntimeHelpers.GetUninitializedObject(request), null, CancellationToken.None])!;
            await task;
            return task.GetType().GetProperty("Result")!.GetValue(task) is IResult { Refusal.Code: "security.forbidden" };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return false;
        }
    }

    private HttpClient WithToken(string token)
    {
        var http = Add(new HttpClient());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private HttpClient Add(HttpClient http)
    {
        open.Add(http);
        return http;
    }
}

/// <summary>One operation, ready to be sent.</summary>
/// <param name="Id">Its name in the document.</param>
/// <param name="Method">Its method.</param>
/// <param name="Path">With something in each place.</param>
/// <param name="Body">JSON of the right shape; null when it takes none.</param>
internal sealed record Operation(string Id, HttpMethod Method, string Path, string? Body);

/// <summary>The committed document as operations that can be sent.</summary>
internal static class OpenApi
{
    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "api", "openapi.v1.json")))!;

    public static IReadOnlyList<Operation> Operations { get; } =
    [
        .. from path in Document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           where operation.Value!["operationId"] is not null
           select new Operation(
               operation.Value!["operationId"]!.GetValue<string>(), new HttpMethod(operation.Key.ToUpperInvariant()), Fill(path.Key, operation.Value["parameters"]?.AsArray() ?? []),
               operation.Value["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema ? Example(schema, 0)?.ToJsonString() : null),
    ];

    private static string Fill(string path, JsonArray parameters)
    {
        var query = new List<string>();
        foreach (var parameter in parameters.Select(p => Resolve(p!)))
        {
            var (name, value) = (parameter["name"]!.GetValue<string>(), Example(parameter["schema"]!, 0)?.ToString() ?? "x");
            if (parameter["in"]!.GetValue<string>() == "path")
            {
                path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
            }
            else if (parameter["in"]!.GetValue<string>() == "query" && parameter["required"]?.GetValue<bool>() == true)
            {
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }

        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }

    private static JsonNode? Example(JsonNode given, int depth)
    {
        var schema = Resolve(given);
        if (schema["oneOf"]?.AsArray() is { } choices)
        {
            return choices.Any(c => c!["type"] is JsonValue v && v.ToString() == "null") ? null : Example(choices[0]!, depth);
        }

        if (schema["enum"]?.AsArray() is [{ } first, ..])
        {
            return first.DeepClone();
        }

        var types = schema["type"] switch { JsonArray many => many.Select(t => t!.GetValue<string>()).ToList(), JsonValue one => [one.GetValue<string>()], _ => [] };
        return types switch
        {
            _ when types.Contains("null") => null,
            [] => new JsonObject(),
            _ when types.Contains("object") && schema["properties"] is JsonObject members && depth < 6 => new JsonObject(
                from member in schema["required"]?.AsArray().Select(r => r!.GetValue<string>()) ?? []
                select KeyValuePair.Create(member, Example(members[member]!, depth + 1))),
            _ when types.Contains("object") => new JsonObject(),
            _ when types.Contains("array") => schema["items"] is { } item && depth < 6 ? new JsonArray(Example(item, depth + 1)) : new JsonArray(),
            _ when types.Contains("integer") => 1,
            _ when types.Contains("number") => 1,
            _ when types.Contains("boolean") => false,
            _ => schema["format"]?.GetValue<string>() switch
            {
                "uuid" => "018f4d5e-0000-7000-8000-000000000001",
                "date-time" => "2026-01-02T03:04:05Z",
                "date" => "2026-01-02",
                _ when schema["pattern"]?.GetValue<string>().Contains("0-9", StringComparison.Ordinal) == true => "1.00",
                _ => "GBP",
            },
        };
    }

    private static JsonNode Resolve(JsonNode schema) =>
        schema["$ref"]?.GetValue<string>() is { } reference ? Resolve(reference.Split('/').Skip(1).Aggregate(Document, (node, name) => node[name]!)) : schema;
}
