using System.Text.Json;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>A document as it stands in the sandbox.</summary>
internal sealed record SandboxDocument(string Key, bool IsPosted, string? Number, ErpTotals Totals, ErpDocument Content);

/// <summary>
/// A small ERP: double entry, gap-free numbers, drafts that are posted in batches, all of a batch or nothing. As far as anybody else is concerned it is
/// another machine: connections and transactions of its own, opened and ended within each call. It can be told to lie (<see cref="SandboxMischief"/>).
/// </summary>
internal sealed class SandboxErp : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;

    public SandboxErp(Database database)
    {
        source = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            ApplicationName = "sandbox erp",
            MaxPoolSize = 4,
            MaxAutoPrepare = 50,
        }.ConnectionString).Build();
        Mischief = new(source);
    }

    /// <summary>Most documents of one transaction.</summary>
    public const int BatchSize = 20;

    public SandboxMischief Mischief { get; }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    /// <summary>Documents by key; one that is not there is left out.</summary>
    public async Task<Dictionary<string, SandboxDocument>> Find(IEnumerable<string> keys, CancellationToken ct)
    {
        await using var command = source.CreateCommand("select key, state = 'posted', number, untaxed, tax, lines::text from sandbox_erp.documents where key = any($1)");
        command.Parameters.Add(new() { Value = keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new Dictionary<string, SandboxDocument>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetString(0), new(
                reader.GetString(0), reader.GetBoolean(1), await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2),
                new(reader.GetInt64(3), reader.GetInt64(4)), JsonSerializer.Deserialize<ErpDocument>(reader.GetString(5), JsonSerializerOptions.Web)!));
        }

        return found;
    }

    /// <summary>Writes drafts, and parties that are new. A key that is there already stays as it is: look again.</summary>
    public async Task Create(IReadOnlyCollection<ErpDocument> drafts, CancellationToken ct)
    {
        if (drafts.FirstOrDefault(d => !DocumentKinds.All.Contains(d.Kind)) is { } unknown)
        {
            throw new SandboxRefusalException($"There is no document type \"{unknown.Kind}\".");
        }

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new("insert into sandbox_erp.parties (code, name) select distinct p, p from unnest($1) as p order by 1 on conflict do nothing")
                {
                    Parameters = { new() { Value = drafts.Select(Party).ToArray() } },
                },
                new(
                    """
                    insert into sandbox_erp.documents (key, kind, party, reference, origin, business_date, currency, untaxed, tax, total, lines)
                    select k, t, p, r, o, d, c, u, x, u + x, l from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as i (k, t, p, r, o, d, c, u, x, l)
                    order by k on conflict (key) do nothing
                    """)
                {
                    Parameters =
                    {
                        Array(drafts, d => d.Key, NpgsqlDbType.Text),
                        Array(drafts, d => d.Kind, NpgsqlDbType.Text),
                        Array(drafts, Party, NpgsqlDbType.Text),
                        Array(drafts, d => d.Reference, NpgsqlDbType.Text),
                        Array(drafts, d => d.Corrects, NpgsqlDbType.Text),
                        Array(drafts, d => d.BusinessDate, NpgsqlDbType.Date),
                        Array(drafts, d => d.Currency, NpgsqlDbType.Text),
                        Array(drafts, d => ErpTotals.Of(d).Untaxed, NpgsqlDbType.Bigint),
                        Array(drafts, d => ErpTotals.Of(d).Tax, NpgsqlDbType.Bigint),
                        Array(drafts, d => JsonSerializer.Serialize(d, JsonSerializerOptions.Web), NpgsqlDbType.Jsonb),
                    },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>The dates behind which numbers of each kind cannot go back any more; of kinds without a number none.</summary>
    public async Task<Dictionary<string, DateOnly>> LastDates(CancellationToken ct)
    {
        await using var command = source.CreateCommand("select kind, last_date from sandbox_erp.sequences where last_date > '-infinity'");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var dates = new Dictionary<string, DateOnly>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            dates.Add(reader.GetString(0), reader.GetFieldValue<DateOnly>(1));
        }

        return dates;
    }

    /// <summary>Posts drafts in one transaction: all of them or none. What is posted already is passed over without a word, so read it back.</summary>
    /// <exception cref="SandboxRefusalException">One of them stands against the books: its words.</exception>
    /// <exception cref="SandboxSilenceException">It was told to lie.</exception>
    public async Task Post(IReadOnlyCollection<(string Key, DateOnly Date)> wanted, CancellationToken ct)
    {
        if (wanted.Count > BatchSize)
        {
            throw new ArgumentException($"At most {BatchSize} documents are posted together.", nameof(wanted));
        }

        var lie = await Mischief.Strike([.. wanted.Select(w => w.Key)], ct);
        await lie.BeforePosting(ct);
        await PostTruly(wanted.ToDictionary(w => w.Key, w => w.Date), ct);
        lie.AfterPosting();
    }

    public async Task<ErpHealth> Look(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select coalesce(sum(debit - credit), 0)::bigint from sandbox_erp.move_lines"),
                new("select kind, count(*) from sandbox_erp.documents where state = 'posted' group by kind order by kind"),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var balance = reader.GetInt64(0);
        var posted = new Dictionary<string, long>(StringComparer.Ordinal);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            posted.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return new(balance, posted);
    }

    private async Task PostTruly(Dictionary<string, DateOnly> dates, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var drafts = await LockDrafts(connection, [.. dates.Keys], ct);
        var sequences = await LockSequences(connection, [.. drafts.Select(d => d.Content.Kind).Distinct()], ct);
        await RefuseClosedPeriods(connection, [.. dates.Values.Distinct()], ct);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var (id, content) in drafts)
        {
            var (sequence, date) = (sequences[content.Kind], dates[content.Key]);
            if (date < sequence.LastDate)
            {
                throw new SandboxRefusalException($"To number the {content.Kind} \"{content.Reference}\" you have to set an accounting date after \"{sequence.LastDate:yyyy-MM-dd}\".");
            }

            var (number, entries) = (sequence.Take(date), SandboxLedger.Entries(content));
            batch.BatchCommands.Add(Command(
                """
                update sandbox_erp.documents set state = 'posted', posting_date = $2, sequence_number = $3, number = $4, posted = clock_timestamp() where id = $1
                """,
                id, date, number, $"{sequence.Prefix}{number:000000}"));
            batch.BatchCommands.Add(Command(
                """
                with m as (insert into sandbox_erp.moves (document_id, date, currency, description) values ($1, $2, $3, $4) returning id)
                insert into sandbox_erp.move_lines (move_id, account, party, debit, credit)
                select m.id, a, case a when '1200' then $5 end, greatest(n, 0), greatest(-n, 0) from m, unnest($6, $7) as u (a, n)
                """,
                id, date, content.Currency, content.Reference, Party(content), entries.Select(e => e.Account).ToArray(), entries.Select(e => e.Amount).ToArray()));
        }

        foreach (var (kind, sequence) in sequences)
        {
            batch.BatchCommands.Add(Command("update sandbox_erp.sequences set next = $2, last_date = greatest(last_date, $3) where kind = $1", kind, sequence.Next, sequence.LastDate));
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(ct);
            await transaction.CommitAsync(ct);
        }
    }

    private static async Task<List<(long Id, ErpDocument Content)>> LockDrafts(NpgsqlConnection connection, string[] keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select id, lines::text from sandbox_erp.documents where key = any($1) and state = 'draft' order by key for update", connection)
        {
            Parameters = { new() { Value = keys } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var drafts = new List<(long, ErpDocument)>();
        while (await reader.ReadAsync(ct))
        {
            drafts.Add((reader.GetInt64(0), JsonSerializer.Deserialize<ErpDocument>(reader.GetString(1), JsonSerializerOptions.Web)!));
        }

        return drafts;
    }

    /// <summary>The row lock is what makes numbers gap-free: who rolls back gives its numbers back.</summary>
    private static async Task<SortedDictionary<string, Sequence>> LockSequences(NpgsqlConnection connection, string[] kinds, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select kind, prefix, next, nullif(last_date, '-infinity') from sandbox_erp.sequences where kind = any($1) order by kind for update", connection)
        {
            Parameters = { new() { Value = kinds } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var sequences = new SortedDictionary<string, Sequence>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            sequences.Add(reader.GetString(0), new(
                reader.GetString(1), reader.GetInt64(2), await reader.IsDBNullAsync(3, ct) ? DateOnly.MinValue : reader.GetFieldValue<DateOnly>(3)));
        }

        return sequences;
    }

    private static async Task RefuseClosedPeriods(NpgsqlConnection connection, DateOnly[] dates, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select to_char(month, 'YYYY-MM') from sandbox_erp.closed_periods where month = any(select date_trunc('month', d)::date from unnest($1) as d) limit 1", connection)
        {
            Parameters = { new() { Value = dates } },
        };
        if (await command.ExecuteScalarAsync(ct) is string month)
        {
            throw new SandboxRefusalException($"The period \"{month}\" is closed.");
        }
    }

    private static string Party(ErpDocument document) => document.Party ?? "sundry";

    private static NpgsqlParameter Array<T>(IEnumerable<ErpDocument> documents, Func<ErpDocument, T> value, NpgsqlDbType type) =>
        new() { Value = documents.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    private sealed class Sequence(string prefix, long next, DateOnly lastDate)
    {
        public string Prefix => prefix;

        public long Next { get; private set; } = next;

        public DateOnly LastDate { get; private set; } = lastDate;

        public long Take(DateOnly date)
        {
            LastDate = date;
            return Next++;
        }
    }
}
