using System.Text.Json;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>
/// Tryton's records as they were when they were last read, and whom people mapped to which. A copy of facts that are Tryton's, so written at once and
/// without an event; what people decide stands in <c>integration.mappings</c>. No connection stays open between two calls.
/// </summary>
internal sealed class TrytonRecords(Database database, TrytonSettings settings)
{
    private string System => settings.Address.AbsoluteUri;

    /// <summary>What people mapped: all of the small kinds, and these of the large ones.</summary>
    public async Task<Dictionary<(string Kind, string Code), string>> Mapped(IReadOnlyCollection<(string Kind, string Code)> words, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            "select kind, code, target from integration.mappings where kind = any($1) or (kind, code) in (select * from unnest($2, $3))");
        Add(command, TrytonKinds.Small.ToArray(), words.Select(w => w.Kind).ToArray(), words.Select(w => w.Code).ToArray());
        var mapped = new Dictionary<(string, string), string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            mapped.Add((reader.GetString(0), reader.GetString(1)), reader.GetString(2));
        }

        return mapped;
    }

    /// <summary>All records of the small kinds, and these of the large ones.</summary>
    public async Task<Dictionary<(string Kind, string Code), TrytonRecord>> Known(IReadOnlyCollection<(string Kind, string Code)> targets, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            """
            select kind, code, id, name, facts::text from integration.erp_records
            where system = $1 and (kind = any($2) or (kind, code) in (select * from unnest($3, $4)))
            """);
        Add(command, System, TrytonKinds.Small.ToArray(), targets.Select(w => w.Kind).ToArray(), targets.Select(w => w.Code).ToArray());
        var known = new Dictionary<(string, string), TrytonRecord>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var (kind, code) = (reader.GetString(0), reader.GetString(1));
            var facts = JsonSerializer.Deserialize<TrytonFacts>(reader.GetString(4), JsonSerializerOptions.Web)!;
            known.Add((kind, code), new(kind, code, reader.GetInt32(2), await reader.IsDBNullAsync(3, ct) ? null : reader.GetString(3), facts, null));
        }

        return known;
    }

    /// <summary>Adds and overwrites. Two records with one code are neither: whoever means one of them has to say which.</summary>
    /// <param name="records">As they were read.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="insteadOf">Kinds of which nothing else stays known …</param>
    /// <param name="ids">… or these of them only.</param>
    public async Task Keep(IReadOnlyList<TrytonRecord> records, CancellationToken ct, IReadOnlyList<string>? insteadOf = null, IReadOnlyList<int>? ids = null)
    {
        var clear = records.GroupBy(r => (r.Kind, r.Code)).Where(g => g.Count() == 1).Select(g => g.Single()).ToList();
        await using var batch = database.Requests.CreateBatch();
        // One writer at a time: two that forget and add the same records would wait for each other.
        batch.BatchCommands.Add(new("select pg_advisory_xact_lock(hashtext('integration.erp_records'))"));
        batch.BatchCommands.Add(new("delete from integration.erp_records where system = $1 and kind = any($2) and ($3::int[] is null or id = any($3))")
        {
            Parameters =
            {
                new() { Value = System },
                new() { Value = insteadOf?.ToArray() ?? [] },
                new() { Value = (object?)ids?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        });
        batch.BatchCommands.Add(new(
            """
            insert into integration.erp_records (system, kind, code, id, name, facts, changed_at)
            select $1, u.kind, u.code, u.id, u.name, u.facts::jsonb, u.changed_at from unnest($2, $3, $4, $5, $6, $7) as u (kind, code, id, name, facts, changed_at)
            on conflict (system, kind, code) do update set id = excluded.id, name = excluded.name, facts = excluded.facts, changed_at = excluded.changed_at
            """)
        {
            Parameters =
            {
                new() { Value = System },
                new() { Value = clear.Select(r => r.Kind).ToArray() },
                new() { Value = clear.Select(r => r.Code).ToArray() },
                new() { Value = clear.Select(r => r.Id).ToArray() },
                new() { Value = clear.Select(r => r.Name).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = clear.Select(r => JsonSerializer.Serialize(r.Facts, JsonSerializerOptions.Web)).ToArray() },
                new() { Value = clear.Select(r => r.ChangedAt).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            },
        });
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>When the youngest known change of a kind was; null when none is known.</summary>
    public async Task<DateTimeOffset?> LastChange(string kind, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select max(changed_at) from integration.erp_records where system = $1 and kind = $2");
        Add(command, System, kind);
        return await command.ExecuteScalarAsync(ct) is DateTime at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
    }

    /// <summary>The records of a kind with the highest ids.</summary>
    public async Task<Dictionary<int, string>> Youngest(string kind, int count, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select id, code from integration.erp_records where system = $1 and kind = $2 order by id desc limit $3");
        Add(command, System, kind, count);
        var youngest = new Dictionary<int, string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            youngest[reader.GetInt32(0)] = reader.GetString(1);
        }

        return youngest;
    }

    private static void Add(NpgsqlCommand command, params object[] values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
    }
}
