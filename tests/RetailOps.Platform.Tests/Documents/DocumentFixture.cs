using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>A product with a kind of document of its own, whose limit must not be negative, and two hosts.</summary>
public sealed class DocumentFixture : IAsyncLifetime
{
    public const string Kind = "test-policy";

    private TestDatabase database = null!;
    private int number;

    public TestHost Host { get; private set; } = null!;

    public TestHost Other { get; private set; } = null!;

    public string OwnerConnection => database.OwnerConnectionString;

    public GovernedDocuments Documents => Host.Services.GetRequiredService<GovernedDocuments>();

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        Host = await Start();
        Other = await Start();
    }

    public async Task DisposeAsync()
    {
        await Other.DisposeAsync();
        await Host.DisposeAsync();
        await database.DisposeAsync();
    }

    public Task<TestHost> Start() => TestHost.StartAsync(database.AppConnectionString, new()
    {
        Workflows = false,
        Engine = new() { Workers = 0 },
        Services = s => s.AddDocumentKind<Limit>(Kind, l => l.Limits.Select((v, i) => (v, i)).Where(x => x.v < 0).Select(x => new RequestFault($"limits[{x.i}]", "test.negative", "Not below zero."))),
    });

    /// <summary>A name that no other test has.</summary>
    public string NewName() => $"name-{Interlocked.Increment(ref number)}";

    public static JsonElement Content(params int[] limits) => JsonSerializer.SerializeToElement(new { limits });

    public static Caller.Person Person() => new(Guid.NewGuid(), new HashSet<string> { "documents.read", "documents.propose", "documents.approve" });

    public Task<Result<T>> As<T>(Caller caller, MediatR.IRequest<Result<T>> request) => Host.Requests.Run(caller, request);

    /// <summary>Proposes and approves by two people.</summary>
    public async Task<DocumentView> Publish(string name, JsonElement content)
    {
        var proposed = (await As(Person(), new ProposeDocument(Kind, name, content, "Because."))).Value;
        return (await As(Person(), new DecideDocument(Kind, name, proposed.Version, Approve: true))).Value;
    }

    /// <summary>Takes over one file, as at a start.</summary>
    public static async Task<int> Import(TestHost host, string name, string content, string kind = Kind)
    {
        var folder = Directory.CreateTempSubdirectory("documents-");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "policies"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "policies", name + ".json"), $$"""{"kind":"{{kind}}","name":"{{name}}","content":{{content}}}""");
            return await host.Services.ImportDocumentsAsync(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public sealed record Limit(IReadOnlyList<int> Limits);
}
