using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>Each invariant sees the damage that it is there for.</summary>
public sealed class InvariantTests
{
    private const string Unlock = "alter table sandbox_erp.documents disable trigger all; alter table sandbox_erp.move_lines disable trigger all; alter table sandbox_erp.moves disable trigger all; ";

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
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        await using var books = await Books.OpenAsync();
        await using (var host = await books.Host())
        {
            foreach (var document in new[] { Documents.Invoice(), Documents.Invoice(), Documents.Memo(), Documents.Shipment() })
            {
                await host.Post(document);
                await host.Quiet();
            }

            (await host.Broken()).Should().BeEmpty();
        }

        await books.Do(damage);

        await using var watcher = await books.Asleep();
        (await watcher.Broken()).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_invariant_has_its_damage() =>
        IntegrationInvariants.All.Select(i => i.Id).Should().BeEquivalentTo(Damages.Select(d => (string)d[0]).Distinct());
}
