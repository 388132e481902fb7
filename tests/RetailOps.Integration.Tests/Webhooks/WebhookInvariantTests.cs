namespace RetailOps.Integration.Tests;

/// <summary>Each invariant of webhooks sees the damage that it is there for.</summary>
public sealed class WebhookInvariantTests : IAsyncLifetime
{
    private WebhookBench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await WebhookBench.StartAsync();
        var (webhook, _) = await bench.Register("/a", "inventory.*");
        await bench.Change("LAMP", 2);
        await bench.Done(webhook);
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [InlineData("I7f", "delete from integration.webhook_deliveries where id = (select min(id) from integration.webhook_deliveries)")]
    [InlineData("I7g", "update integration.webhook_deliveries set event_id = gen_random_uuid() where id = (select min(id) from integration.webhook_deliveries)")]
    [InlineData("I7g", "delete from integration.webhook_progress")]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        (await bench.Host.Broken()).Should().BeEmpty();

        (await bench.Host.BrokenBy(bench.Database.AdminConnectionString, damage)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }
}
