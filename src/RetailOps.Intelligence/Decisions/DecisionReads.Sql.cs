using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Intelligence;

/// <summary>What a model said, as it is written; a second one of the same attempt loses and reads the first.</summary>
internal sealed record DecisionRow(
    Guid Id, string Model, int Version, string Subject, Guid Attempt, string Features, decimal Points, string Reasons, DateTimeOffset Decided) : IRow<DecisionRow>
{
    public static RowTable<DecisionRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into intelligence.decisions (id, model, version, subject, attempt, features, points, reasons, decided)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        everyRow: true,
        Column.Uuid<DecisionRow>(d => d.Id),
        Column.Text<DecisionRow>(d => d.Model),
        Column.Int4<DecisionRow>(d => d.Version),
        Column.Text<DecisionRow>(d => d.Subject),
        Column.Uuid<DecisionRow>(d => d.Attempt),
        Column.Json<DecisionRow>(d => d.Features),
        Column.Numeric<DecisionRow>(d => d.Points),
        Column.Json<DecisionRow>(d => d.Reasons),
        Column.Instant<DecisionRow>(d => d.Decided))
    { IsRecorded = true };
}

/// <summary>What is known of earlier decisions within one transaction: loaded by subject, plus what the transaction wrote.</summary>
internal sealed class DecisionReads : IGroupCache
{
    private readonly UnitOfWork work;
    private readonly Dictionary<string, List<DecisionRow>> bySubject = new(StringComparer.Ordinal);

    public DecisionReads(UnitOfWork work)
    {
        this.work = work;
        work.Register(this);
    }

    public void Forget() => bySubject.Clear();

    /// <summary>What was decided in an attempt; null when it is new.</summary>
    public async ValueTask<DecisionRow?> Of(string model, string subject, Guid attempt, CancellationToken ct)
    {
        if (!bySubject.ContainsKey(subject))
        {
            await Load([subject], ct);
        }

        return bySubject[subject].Find(d => d.Model == model && d.Attempt == attempt);
    }

    public void Remember(DecisionRow row) => bySubject[row.Subject].Add(row);

    /// <summary>Loads all decisions about subjects, in one query.</summary>
    public async ValueTask Load(IReadOnlyCollection<string> subjects, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select id, model, version, subject, attempt, features::text, points, reasons::text, decided from intelligence.decisions where subject = any($1)",
            await work.Connection(ct))
        {
            Parameters = { new() { Value = subjects.ToArray() } },
        };
        foreach (var subject in subjects)
        {
            bySubject[subject] = [];
        }

        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            bySubject[reader.GetString(3)].Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetString(3), reader.GetGuid(4), reader.GetString(5), reader.GetDecimal(6), reader.GetString(7),
                reader.GetFieldValue<DateTimeOffset>(8)));
        }
    }
}

/// <summary>A placed order is scored first thing: what is known of a group's orders is asked once.</summary>
internal sealed class DecisionPreload(DecisionReads decisions) : IPreload
{
    public IReadOnlyCollection<string> EventNames { get; } = ["orders.order-placed.v1"];

    public ValueTask Load(IReadOnlyList<PreloadItem> items, CancellationToken ct) => decisions.Load([.. items.Select(i => i.Key).Distinct()], ct);
}
