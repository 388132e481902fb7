using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Host;
using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>The whole host on a real port with the product's own workflows; calls come from the Demo's command line, which may draw and approve nothing in person.</summary>
public sealed class StudioHost : IAsyncLifetime
{
    private TestDatabase database = null!;
    private WebApplication app = null!;
    private string folder = null!;

    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        folder = Directory.CreateTempSubdirectory("retailops-studio-").FullName;
        app = HostComposition.Build([], new() { Environment = HostSettings.Test, Urls = "http://127.0.0.1:0", DataFolder = folder, RunsJobs = false }, database.AppConnectionString);
        await app.Services.ImportDocumentsAsync(Path.Combine(RepositoryRoot.Find(), "workflows"));
        (await app.Services.ImportWorkflowsAsync(Path.Combine(RepositoryRoot.Find(), "workflows"))).Refused.Should().BeEmpty();
        await app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    internal T Of<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    internal Task<Result<T>> As<T>(Caller caller, MediatR.IRequest<Result<T>> request) => Of<RequestRunner>().Run(caller, request);

    internal Task<T> Look<T>(string sql) => Testing.Ask.One<T>(database.AppConnectionString, sql);

    /// <summary>What an invariant finds after some damage, which is taken back.</summary>
    internal async Task<IReadOnlyList<string>> Broken(Invariant invariant, string? damage)
    {
        await using var connection = new Npgsql.NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (damage is not null)
        {
            await using var command = new Npgsql.NpgsqlCommand(damage, connection, transaction);
            await command.ExecuteNonQueryAsync();
        }

        return (await Of<Verification>().Check(invariant, transaction, null, null)).Examples;
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> Get(string path)
    {
        using var answer = await Http.GetAsync("/elsa/api" + path);
        return (answer.StatusCode, Parse(await answer.Content.ReadAsStringAsync()));
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> Post(string path, JsonNode? body = null, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, "/elsa/api" + path);
        request.Content = body is null && method == HttpMethod.Delete ? null : new StringContent((body ?? new JsonObject()).ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await Http.SendAsync(request);
        return (answer.StatusCode, Parse(await answer.Content.ReadAsStringAsync()));
    }

    /// <summary>Saves a drawing as the designer does.</summary>
    public async Task<JsonObject> Save(JsonNode model, bool publish = false)
    {
        var (status, body) = await Post("/workflow-definitions", new JsonObject { ["model"] = model.DeepClone(), ["publish"] = publish });
        status.Should().Be(HttpStatusCode.OK, body?.ToJsonString());
        return body!["workflowDefinition"]!.AsObject();
    }

    /// <summary>A flowchart of one line, as the designer's dialog begins one.</summary>
    public static JsonObject Model(string? definitionId, string name, string text = "Hello") => new()
    {
        ["definitionId"] = definitionId,
        ["id"] = null,
        ["name"] = name,
        ["version"] = 1,
        ["createdAt"] = "0001-01-01T00:00:00+00:00",
        ["variables"] = null,
        ["options"] = null,
        ["root"] = new JsonObject
        {
            ["id"] = "Flowchart1",
            ["type"] = "Elsa.Flowchart",
            ["version"] = 1,
            ["activities"] = new JsonArray(new JsonObject
            {
                ["id"] = "line",
                ["type"] = "Elsa.WriteLine",
                ["version"] = 1,
                ["text"] = new JsonObject { ["typeName"] = "String", ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = text } },
            }),
            ["connections"] = new JsonArray(),
        },
    };

    public static JsonNode LineOf(JsonNode definition) => definition["root"]!["activities"]![0]!;

    private static JsonNode? Parse(string text) => text.StartsWith('{') || text.StartsWith('[') ? JsonNode.Parse(text) : text.Length == 0 ? null : JsonValue.Create(text);
}

/// <summary>What the real server answered. It lies beside the repository and is not part of it.</summary>
internal static class Recorded
{
    public static JsonNode Answer(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "..", "shared", "elsa", "recorded", file)))!["responseBody"]!;

    /// <summary>What our answer lacks, or has of another kind, compared with a recorded one: member names and kinds, values never. Of lists the first item counts.</summary>
    public static IEnumerable<string> Lacks(JsonNode? ours, JsonNode? recorded, string path = "$")
    {
        if (recorded is null)
        {
            yield break;
        }

        if (ours is null || ours.GetValueKind() is var kind && recorded.GetValueKind() is var wanted && kind != wanted && !(kind is JsonValueKind.True or JsonValueKind.False && wanted is JsonValueKind.True or JsonValueKind.False))
        {
            yield return $"{path} is {ours?.GetValueKind().ToString() ?? "missing"}, not {recorded.GetValueKind()}";
            yield break;
        }

        if (recorded is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                foreach (var lack in Lacks(ours[name], value, $"{path}.{name}"))
                {
                    yield return lack;
                }
            }
        }
        else if (recorded is JsonArray { Count: > 0 } list && ours is JsonArray mine)
        {
            foreach (var lack in mine.Count == 0 ? [$"{path} is empty"] : Lacks(mine[0], list[0], path + "[0]"))
            {
                yield return lack;
            }
        }
    }
}
