using System.Net;
using System.Text;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using RetailOps.Host;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>The whole host on a real port and database, asked as the designer asks it.</summary>
public sealed class StudioFixture : IAsyncLifetime
{
    private readonly List<WebApplication> hosts = [];
    private readonly string folder = Directory.CreateTempSubdirectory("retailops-studio-").FullName;
    private TestDatabase database = null!;

    public HttpClient Http { get; private set; } = null!;

    internal IServiceProvider Services => hosts[0].Services;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        Http = new HttpClient { BaseAddress = await AddHost() };
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Another host on the same database.</summary>
    public async Task<Uri> AddHost()
    {
        var settings = new HostSettings { Environment = HostSettings.Test, Urls = "http://127.0.0.1:0", DataFolder = folder, RunsJobs = false };
        var app = HostComposition.Build([], settings, database.AppConnectionString);
        hosts.Add(app);
        await app.StartAsync();
        return new Uri(app.Urls.Single());
    }

    /// <summary>Publishes a drawing under an id, as a file of the product or as somebody's own.</summary>
    internal async Task<string> Publish(string definitionId, Drawing drawing, bool governed = false, string? activation = null, bool draft = false)
    {
        var text = System.Text.Json.Nodes.JsonNode.Parse(EngineBench.Text(definitionId, drawing, activation))!;
        text["root"]!["name"] = "Flowchart1";
        await Services.GetRequiredService<DefinitionStore>().ImportFile(definitionId + ".json", text.ToJsonString(), default);
        if (!governed)
        {
            await Ask<object>("with free as (delete from workflows.governed where definition_id = $1) update workflows.definitions set origin = 'designer' where definition_id = $1", definitionId);
        }

        if (draft)
        {
            await Ask<object>("update workflows.definitions set is_published = false where definition_id = $1", definitionId);
            await Ask<object>("with t as (delete from workflows.triggers where definition_id = $1) delete from workflows.event_names where version_id in (select version_id from workflows.definitions where definition_id = $1)", definitionId);
        }

        return (await Ask<string>("select version_id from workflows.definitions where definition_id = $1 and is_latest", definitionId))!;
    }

    public Task<JsonElement> Get(string path) => Send(HttpMethod.Get, path, null, HttpStatusCode.OK);

    public Task<JsonElement> Post(string path, object body) => Send(HttpMethod.Post, path, body, HttpStatusCode.OK);

    /// <summary>Asks Elsa's API and expects a status.</summary>
    public async Task<JsonElement> Send(HttpMethod method, string path, object? body, HttpStatusCode expected)
    {
        using var response = await Answer(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(expected, "{0} {1} answers {2}", method, path, text);
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    public async Task<HttpResponseMessage> Answer(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("/api", StringComparison.Ordinal) ? path : "/elsa/api" + path);
        if (body is not null)
        {
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        }

        return await Http.SendAsync(request);
    }

    /// <summary>Starts an instance and gives the state in which its first burst left it.</summary>
    public async Task<JsonElement> Execute(string definitionId, object? body = null) =>
        (await Post($"/workflow-definitions/{definitionId}/execute", body ?? new { versionOptions = "Latest" })).GetProperty("workflowState");

    public async Task<T?> Ask<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync() is T answer ? answer : default;
    }

    /// <summary>Waits until nothing is left to do.</summary>
    public Task Quiet() => Eventually.Holds(async () => (await Services.GetRequiredService<EngineWatch>().Look()).IsQuiet, TimeSpan.FromSeconds(30), "nothing is left to do");

    /// <summary>Waits until an instance has ended.</summary>
    public Task Ended(string id) => Eventually.Holds(
        async () => await Ask<bool>("select finished is not null from workflows.instances where id = $1", Guid.Parse(id)), TimeSpan.FromSeconds(30), $"instance {id} has ended");

    /// <summary>What is broken, of everything that must always hold.</summary>
    public async Task<IReadOnlyList<string>> Broken()
    {
        var broken = new List<string>();
        await foreach (var result in Services.GetRequiredService<Verification>().Check(null, null))
        {
            broken.AddRange(result.Examples.Select(e => $"{result.Id}: {e}"));
        }

        return broken;
    }

    /// <summary>The flow of the recordings: writes, decides, and waits for an event where the amount is large.</summary>
    internal static Drawing Approval() => new Drawing().Variable("Amount", "Decimal", "120")
        .Line("w1", "Return of 120")
        .Add("d1", "Elsa.FlowDecision", ("condition", "js:getAmount() > 100"))
        .Add("e1", "Elsa.Event", ("eventName", "ReturnApprovedByManager"))
        .Line("w2", "Done")
        .Connect("w1 → d1:True → e1 → w2").Connect("d1:False → w2");
}

[CollectionDefinition(nameof(StudioCollection))]
public sealed class StudioCollection : ICollectionFixture<StudioFixture>;
