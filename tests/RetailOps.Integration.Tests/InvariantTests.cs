using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>Each invariant sees the damage that it is there for.</summary>
public sealed class InvariantTests(FilledBooks filled) : IClassFixture<FilledBooks>
{
    // Past triggers and foreign keys, which would not let it happen.
    private const string Unlock = "set session_replication_role = replica; ";

    public static TheoryData<string, string> Damages => new()
    {
        { "I6a", "update integration.postings set number = number || 'X' where status = 'posted'" },
        { "I6a", "update integration.postings set total_minor = total_minor + 1 where status = 'posted'" },
        { "I6a", Unlock + "delete from sandbox_erp.documents where kind = 'Shipment'" },
        { "I6b", "delete from integration.postings where kind = 'CreditMemo'" },
        { "I6b", "update integration.postings set status = 'refused', words = 'No.', number = null where kind = 'CreditMemo'" },
        { "I6c", "update integration.postings set status = 'requested', number = null, decided_at = null where kind = 'CreditMemo'" },
        { "I6d", Unlock + "update sandbox_erp.move_lines set debit = debit + 1 where account = '1200' and debit > 0" },
        { "I6e", Unlock + "delete from sandbox_erp.move_lines; delete from sandbox_erp.moves" },
        { "I6e", Unlock + "update sandbox_erp.move_lines set debit = 2 * debit, credit = 2 * credit" },
        { "I6f", Unlock + "update sandbox_erp.documents set sequence_number = 7 where kind = 'CreditMemo'" },
        { "I6f", "update sandbox_erp.sequences set next = next + 1 where kind = 'Shipment'" },
        { "I6f", Unlock + "update sandbox_erp.documents set posting_date = posting_date - 5 where number = 'INV-000002'" },
        { "I6i", "insert into platform.exceptions (id, key, cause, severity, message, status, count, opened, last_found, revision) values (gen_random_uuid(), 'x', 'reconciliation.missing', 'high', 'x', 'open', 1, now(), now(), 1)" },
        { "I6j", "insert into integration.reconciliations (id, system, from_day, to_day, status, requested_at, totals, found, under_way, revision) values (gen_random_uuid(), 'sandbox', '2026-03-05', '2026-03-05', 'requested', now(), '[]', 0, 0, 1)" },
        { "I6k", "insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values (gen_random_uuid(), 'integration.difference-accepted.v1', now(), 'test', 'difference/x', 2, 'difference/x', '{\"difference\":\"x\",\"documentKey\":\"sales-invoice/x/2\"}')" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        (await filled.Broken()).Should().BeEmpty();

        (await filled.BrokenBy(damage)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }

    /// <summary>The tables of orders and returns as far as these invariants look at them; they stand in for the rooms that own them.</summary>
    [Fact]
    public async Task What_the_business_did_has_its_documents_or_is_found()
    {
        await using var books = await Books.OpenAsync();
        await using var host = await books.Asleep();
        var (invoice, memo) = (Documents.Invoice(), Documents.Memo());
        await host.Post(invoice);
        await host.Post(memo);
        await books.Do(
            """
            alter table orders.invoices rename to invoices_of_orders; create table orders.invoices (id uuid);
            alter table returns.refunds rename to refunds_of_returns; create table returns.refunds (id uuid, status text);
            """);
        var sound = await Found(books);
        await books.Do("insert into orders.invoices (id) values ($1), ($2)", invoice.Subject, Guid.NewGuid());
        await books.Do("insert into returns.refunds (id, status) values ($1, 'settled'), ($2, 'settled'), ($3, 'pending')", memo.Subject, Guid.NewGuid(), Guid.NewGuid());

        var after = await Found(books);

        sound.Should().BeEquivalentTo("I6g: " + invoice.Key + " is no invoice of an order", "I6h: " + memo.Key + " credits no refund");
        after.Should().HaveCount(2).And.Contain(f => f.StartsWith("I6g: invoice", StringComparison.Ordinal) && f.EndsWith("has 0 postings", StringComparison.Ordinal))
            .And.Contain(f => f.StartsWith("I6h: refund", StringComparison.Ordinal) && f.EndsWith("has 0 postings", StringComparison.Ordinal));
    }

    private static async Task<List<string>> Found(Books books)
    {
        var found = new List<string>();
        foreach (var invariant in IntegrationInvariants.OfTheBusiness)
        {
            found.AddRange((await books.All<string>(invariant.BrokenSql)).Select(f => $"{invariant.Id}: {f}"));
        }

        return found;
    }

    [Fact]
    public void Every_invariant_has_its_damage() =>
        IntegrationInvariants.All.Concat(ReconciliationInvariants.All).Select(i => i.Id).Should().BeEquivalentTo(Damages.Select(d => (string)d[0]).Distinct());
}

/// <summary>Books with documents of each kind that nobody writes to any more.</summary>
public sealed class FilledBooks : IAsyncLifetime
{
    private Books books = null!;
    private TestHost watcher = null!;

    public async Task InitializeAsync()
    {
        books = await Books.OpenAsync();
        await using (var host = await books.Host())
        {
            foreach (var document in new[] { Documents.Invoice(), Documents.Invoice(), Documents.Memo(), Documents.Shipment() })
            {
                await host.Post(document);
                await host.Quiet();
            }
        }

        watcher = await books.Asleep();
    }

    public async Task DisposeAsync()
    {
        await watcher.DisposeAsync();
        await books.DisposeAsync();
    }

    public Task<IReadOnlyList<string>> Broken() => watcher.Broken();

    public Task<IReadOnlyList<string>> BrokenBy(string damage) => watcher.BrokenBy(books.Database.AdminConnectionString, damage);
}
