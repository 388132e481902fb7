using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Integration.Tests;

/// <summary>Each invariant of the inbox sees the damage that it is there for.</summary>
public sealed class InboxInvariantTests(InboxHost host) : IClassFixture<InboxHost>
{
    [Theory]
    [InlineData("I11a", "drop index integration.uq_inbox_delivery; insert into integration.inbox select gen_random_uuid(), source, delivery, topic, key, received_at, happened_at, payload, size, state, code, reason, '{\"found nothing\"}', null, read_by, released, 0, 0, due, recorded, decided_at from integration.inbox where state = 'mapped' limit 1")]
    [InlineData("I11a", "update integration.inbox set made = made || (select m.made from integration.inbox m where m.made::text like '%placed%' limit 1) where state = 'mapped'")]
    [InlineData("I11b", "alter table integration.inbox drop constraint ck_inbox_made; update integration.inbox set made = '{}' where state = 'mapped'")]
    [InlineData("I11b", "alter table integration.inbox drop constraint ck_inbox_code; update integration.inbox set state = 'parked', code = null, reason = null where state = 'mapped'")]
    [InlineData("I11b", "update integration.inbox set made = array['placed order/' || gen_random_uuid()] where state = 'mapped'")]
    [InlineData("I11c", "alter table integration.inbox drop constraint ck_inbox_payload; update integration.inbox set payload = null, state = 'failed', code = 'x', reason = 'x'")]
    [InlineData("I11d", "set session_replication_role = replica; update orders.fulfilments set status = 'shipped', delivered_at = null where status = 'delivered'")]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        if (await host.One<long>("select count(*) from integration.tracking") == 0)
        {
            await host.Shipped("I-1", "INV-1");
            await host.EasyPost(Samples.EasyPost("INV-1", "delivered", TimeProvider.System.GetUtcNow()));
            await host.Shopify("orders/create", Samples.ShopifyOrder(601));
            await host.Shopify("orders/create", Samples.ShopifyOrder(602));
            await host.Quiet();
        }

        var verification = (Verification)host.Services.GetService(typeof(Verification))!;
        (await host.Broken()).Should().BeEmpty();

        await using var connection = new NpgsqlConnection(host.Admin);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand(damage, connection, transaction))
        {
            await command.ExecuteNonQueryAsync();
        }

        var found = (await verification.Check(verification.All.Single(i => i.Id == invariant), transaction, null, null)).Broken;
        await transaction.RollbackAsync();

        found.Should().BePositive();
    }
}
