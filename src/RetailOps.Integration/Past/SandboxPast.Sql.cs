using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>The books of the sandbox in a history: numbered in the order in which it is told, so its dates must not go back.</summary>
internal sealed class SandboxPast(BusinessZone zone)
{
    private readonly Dictionary<string, (int Next, DateOnly LastDate)> sequences = SandboxLedger.Kinds.ToDictionary(k => k, _ => (1, DateOnly.MinValue));
    private readonly HashSet<string> parties = new(StringComparer.Ordinal);
    private long documents;
    private long lines;
    private (long Documents, long Lines) settled;

    /// <summary>Posts a document, which is also there as JSON, and gives its number.</summary>
    public string Post(ErpDocument document, string json, PastWork past)
    {
        var date = zone.DayOf(past.Now);
        var (next, last) = sequences[document.Kind];
        if (date < last)
        {
            throw new InvalidOperationException($"{document.Key} is dated {date:O}, before the {document.Kind} before it.");
        }

        sequences[document.Kind] = (next + 1, date);
        var number = $"{Prefix(document.Kind)}{next:000000}";
        var party = document.Party ?? "sundry";
        if (document.Party is not null && parties.Add(party))
        {
            past.Copy(new SandboxPartyRow(party));
        }

        past.Copy(new SandboxDocumentRow(++documents, document, json, party, date, next, number, past.Now));
        past.Copy(new SandboxMoveRow(documents, date, document.Currency, document.Reference));
        foreach (var entry in SandboxLedger.Entries(document))
        {
            past.Copy(new SandboxMoveLineRow(++lines, documents, entry, entry.Account == SandboxLedger.Receivable ? party : null));
        }

        return number;
    }

    /// <summary>Where the books go on counting.</summary>
    public PastSettlement? Settle()
    {
        var counts = sequences.Where(s => s.Value.Next > 1).ToList();
        var (newDocuments, newLines) = (documents - settled.Documents, lines - settled.Lines);
        settled = (documents, lines);
        return counts.Count == 0 ? null : async (connection, ct) =>
        {
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("update sandbox_erp.sequences s set next = u.next, last_date = u.day from unnest($1, $2, $3) as u (kind, next, day) where s.kind = u.kind")
                    {
                        Parameters =
                        {
                            new() { Value = counts.ConvertAll(c => c.Key) },
                            new() { Value = counts.ConvertAll(c => (long)c.Value.Next) },
                            new() { Value = counts.ConvertAll(c => c.Value.LastDate) },
                        },
                    },
                    Count("documents", newDocuments),
                    Count("moves", newDocuments),
                    Count("move_lines", newLines),
                },
            };
            await batch.ExecuteNonQueryAsync(ct);
        };
    }

    private static string Prefix(string kind) => kind switch
    {
        DocumentKinds.SalesInvoice => "INV-",
        DocumentKinds.CreditMemo => "CRN-",
        DocumentKinds.Shipment => "SHP-",
        _ => "ADJ-",
    };

    // The application may count on, and not set where to.
    private static NpgsqlBatchCommand Count(string table, long used) => new("select count(nextval(pg_get_serial_sequence('sandbox_erp.' || $1, 'id'))) from generate_series(1, $2)")
    {
        Parameters = { new() { Value = table }, new() { Value = used } },
    };
}

internal sealed record SandboxPartyRow(string Code) : IPastRow<SandboxPartyRow>
{
    public static CopyTable<SandboxPartyRow> Past { get; } =
        new("sandbox_erp.parties (code, name)", Column.Text<SandboxPartyRow>(p => p.Code), Column.Text<SandboxPartyRow>(p => p.Code)) { Order = -1 };
}

internal sealed record SandboxDocumentRow(long Id, ErpDocument Document, string Json, string Party, DateOnly Date, int Number, string Name, DateTimeOffset Posted) : IPastRow<SandboxDocumentRow>
{
    public static CopyTable<SandboxDocumentRow> Past { get; } = new(
        """
        sandbox_erp.documents (id, key, kind, state, party, reference, origin, business_date, posting_date, currency, untaxed, tax, total, paid, lines, sequence_number, number, created, posted)
        """.Trim(),
        Column.Int8<SandboxDocumentRow>(d => d.Id),
        Column.Text<SandboxDocumentRow>(d => d.Document.Key),
        Column.Text<SandboxDocumentRow>(d => d.Document.Kind),
        Column.Text<SandboxDocumentRow>(_ => "posted"),
        Column.Text<SandboxDocumentRow>(d => d.Party),
        Column.Text<SandboxDocumentRow>(d => d.Document.Reference),
        Column.Text<SandboxDocumentRow>(d => d.Document.Corrects),
        Column.Date<SandboxDocumentRow>(d => d.Document.BusinessDate),
        Column.Date<SandboxDocumentRow>(d => d.Date),
        Column.Text<SandboxDocumentRow>(d => d.Document.Currency),
        Column.Int8<SandboxDocumentRow>(d => ErpTotals.Of(d.Document).Untaxed),
        Column.Int8<SandboxDocumentRow>(d => ErpTotals.Of(d.Document).Tax),
        Column.Int8<SandboxDocumentRow>(d => ErpTotals.Of(d.Document).Total),
        Column.Int8<SandboxDocumentRow>(d => ErpTotals.PaidWith(d.Document)),
        Column.Json<SandboxDocumentRow>(d => d.Json),
        Column.Int8<SandboxDocumentRow>(d => d.Number),
        Column.Text<SandboxDocumentRow>(d => d.Name),
        Column.Instant<SandboxDocumentRow>(d => d.Posted),
        Column.Instant<SandboxDocumentRow>(d => d.Posted));
}

/// <summary>A document has one move; here it has its document's id.</summary>
internal sealed record SandboxMoveRow(long Id, DateOnly Date, string Currency, string Description) : IPastRow<SandboxMoveRow>
{
    public static CopyTable<SandboxMoveRow> Past { get; } = new(
        "sandbox_erp.moves (id, document_id, date, currency, description)",
        Column.Int8<SandboxMoveRow>(m => m.Id),
        Column.Int8<SandboxMoveRow>(m => m.Id),
        Column.Date<SandboxMoveRow>(m => m.Date),
        Column.Text<SandboxMoveRow>(m => m.Currency),
        Column.Text<SandboxMoveRow>(m => m.Description));
}

internal sealed record SandboxMoveLineRow(long Id, long Move, SandboxEntry Entry, string? Party) : IPastRow<SandboxMoveLineRow>
{
    public static CopyTable<SandboxMoveLineRow> Past { get; } = new(
        "sandbox_erp.move_lines (id, move_id, account, party, debit, credit)",
        Column.Int8<SandboxMoveLineRow>(l => l.Id),
        Column.Int8<SandboxMoveLineRow>(l => l.Move),
        Column.Text<SandboxMoveLineRow>(l => l.Entry.Account),
        Column.Text<SandboxMoveLineRow>(l => l.Party),
        Column.Int8<SandboxMoveLineRow>(l => Math.Max(l.Entry.Amount, 0)),
        Column.Int8<SandboxMoveLineRow>(l => Math.Max(-l.Entry.Amount, 0)));
}
