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
            NoResetOnClose = true,
            Options = Abandoned,
        }.ConnectionString).Build();
        Mischief = new(source);
    }

    // A transaction holds the numbers of its kinds, and asks without a pause: one that falls silent has lost us, and nobody else could post before the
    // network notices. Who has lost a call asks again.
    private const string Abandoned = "-c idle_in_transaction_session_timeout=5s";

    private const string FindSql = "select key, state = 'posted', number, untaxed, tax, lines::text from sandbox_erp.documents where key = any($1)";

    /// <summary>Most documents of one transaction.</summary>
    public const int BatchSize = 20;

    public SandboxMischief Mischief { get; }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    /// <summary>Documents by key; one that is not there is left out.</summary>
    public async Task<Dictionary<string, SandboxDocument>> Find(IEnumerable<string> keys, CancellationToken ct)
    {
        await using var command = source.CreateCommand(FindSql);
        command.Parameters.Add(new() { Value = keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await Read(reader, ct);
    }

    private static async Task<Dictionary<string, SandboxDocument>> Read(NpgsqlDataReader reader, CancellationToken ct)
    {
        var found = new Dictionary<string, SandboxDocument>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetString(0), new(
                reader.GetString(0), reader.GetBoolean(1), await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2),
                new(reader.GetInt64(3), reader.GetInt64(4)), JsonSerializer.Deserialize<ErpDocument>(reader.GetString(5), JsonSerializerOptions.Web)!));
        }

        return found;
    }

    /// <summary>Writes drafts, and parties that are new. What is posted under a key stays as it is; a draft takes the new content.</summary>
    /// <returns>What stands under the keys now.</returns>
    public async Task<Dictionary<string, SandboxDocument>> Create(IReadOnlyCollection<ErpDocument> drafts, CancellationToken ct)
    {
        if (drafts.FirstOrDefault(d => !SandboxLedger.Kinds.Contains(d.Kind)) is { } unknown)
        {
            throw new SandboxRefusalException($"There is no document type \"{unknown.Kind}\".");
        }

        // One batch outside a transaction is one transaction.
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("insert into sandbox_erp.parties (code, name) select distinct p, p from unnest($1) as p order by 1 on conflict do nothing")
                {
                    Parameters = { new() { Value = drafts.Select(Party).ToArray() } },
                },
                new(
                    """
                    insert into sandbox_erp.documents (key, kind, party, reference, origin, business_date, currency, untaxed, tax, total, paid, lines)
                    select k, t, p, r, o, d, c, u, x, u + x, b, l from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as i (k, t, p, r, o, d, c, u, x, b, l)
                    order by k
                    on conflict (key) do update set
                      party = excluded.party, reference = excluded.reference, origin = excluded.origin, business_date = excluded.business_date, untaxed = excluded.untaxed, tax = excluded.tax,
                      total = excluded.total, paid = excluded.paid, lines = excluded.lines
                    where documents.state = 'draft' and documents.kind = excluded.kind and documents.currency = excluded.currency and documents.lines is distinct from excluded.lines
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
                        Array(drafts, ErpTotals.PaidWith, NpgsqlDbType.Bigint),
                        Array(drafts, d => JsonSerializer.Serialize(d, JsonSerializerOptions.Web), NpgsqlDbType.Jsonb),
                    },
                },
                new(FindSql) { Parameters = { Array(drafts, d => d.Key, NpgsqlDbType.Text) } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await Read(reader, ct);
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
    /// <exception cref="SandboxSilenceException">It was told to lose the call or the answer.</exception>
    /// <exception cref="SandboxFailureException">It was told to fail after it had posted.</exception>
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

    /// <summary>Documents that are posted on these days, in the order of their numbers.</summary>
    public async Task<IReadOnlyList<ErpEntry>> Booked(DateOnly from, DateOnly to, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            select key, kind, number, posting_date, untaxed, tax, currency, reference, paid from sandbox_erp.documents
            where state = 'posted' and posting_date between $1 and $2 order by kind, sequence_number
            """);
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var booked = new List<ErpEntry>();
        while (await reader.ReadAsync(ct))
        {
            booked.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateOnly>(3), new(reader.GetInt64(4), reader.GetInt64(5)), reader.GetString(6),
                reader.GetString(7), reader.GetInt64(8)));
        }

        return booked;
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
        var (drafts, sequences, closed) = await Lock(connection, dates, ct);
        if (closed is not null)
        {
            throw new SandboxRefusalException($"The period \"{closed}\" is closed.");
        }

        if (drafts.Count == 0)
        {
            return;
        }

        var numbers = new List<long>(drafts.Count);
        foreach (var (_, content) in drafts)
        {
            var (sequence, date) = (sequences[content.Kind], dates[content.Key]);
            if (date < sequence.LastDate)
            {
                throw new SandboxRefusalException($"To number the {content.Kind} \"{content.Reference}\" you have to set an accounting date after \"{sequence.LastDate:yyyy-MM-dd}\".");
            }

            numbers.Add(sequence.Take(date));
        }

        var entries = drafts.SelectMany(d => SandboxLedger.Entries(d.Content), (d, entry) => (d.Id, Party: Party(d.Content), Entry: entry)).ToList();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Command(
                    """
                    update sandbox_erp.documents d set state = 'posted', posting_date = u.date, sequence_number = u.number, number = u.name, posted = clock_timestamp()
                    from unnest($1, $2, $3, $4) as u (id, date, number, name) where d.id = u.id
                    """,
                    drafts.ConvertAll(d => d.Id).ToArray(), drafts.ConvertAll(d => dates[d.Content.Key]).ToArray(), numbers.ToArray(),
                    drafts.Zip(numbers, (d, n) => $"{sequences[d.Content.Kind].Prefix}{n:000000}").ToArray()),
                Command(
                    """
                    with m as (
                      insert into sandbox_erp.moves (document_id, date, currency, description) select * from unnest($1, $2, $3, $4) returning id, document_id)
                    insert into sandbox_erp.move_lines (move_id, account, party, debit, credit)
                    select m.id, l.account, case l.account when '1200' then l.party end, greatest(l.amount, 0), greatest(-l.amount, 0)
                    from unnest($5, $6, $7, $8) as l (document_id, account, party, amount) join m on m.document_id = l.document_id
                    """,
                    drafts.ConvertAll(d => d.Id).ToArray(), drafts.ConvertAll(d => dates[d.Content.Key]).ToArray(), drafts.ConvertAll(d => d.Content.Currency).ToArray(),
                    drafts.ConvertAll(d => d.Content.Reference).ToArray(), entries.ConvertAll(e => e.Id).ToArray(), entries.ConvertAll(e => e.Entry.Account).ToArray(),
                    entries.ConvertAll(e => e.Party).ToArray(), entries.ConvertAll(e => e.Entry.Amount).ToArray()),
                Command(
                    """
                    update sandbox_erp.sequences s set next = u.next, last_date = greatest(s.last_date, u.last_date)
                    from unnest($1, $2, $3) as u (kind, next, last_date) where s.kind = u.kind
                    """,
                    sequences.Keys.ToArray(), sequences.Values.Select(q => q.Next).ToArray(), sequences.Values.Select(q => q.LastDate).ToArray()),
            },
        };
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>The drafts among the documents, the sequences of their kinds, and a month that is closed. A sequence's lock is what makes numbers gap-free: who rolls back gives its numbers back.</summary>
    private static async Task<(List<(long Id, ErpDocument Content)> Drafts, SortedDictionary<string, Sequence> Sequences, string? Closed)> Lock(
        NpgsqlConnection connection, Dictionary<string, DateOnly> dates, CancellationToken ct)
    {
        var keys = dates.Keys.ToArray();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Command("select id, lines::text from sandbox_erp.documents where key = any($1) and state = 'draft' order by key for update", keys),
                Command(
                    """
                    select kind, prefix, next, nullif(last_date, '-infinity') from sandbox_erp.sequences
                    where kind in (select d.kind from sandbox_erp.documents d where d.key = any($1) and d.state = 'draft') order by kind for update
                    """, keys),
                Command(
                    "select to_char(month, 'YYYY-MM') from sandbox_erp.closed_periods where month = any(select date_trunc('month', d)::date from unnest($1) as d) limit 1",
                    dates.Values.Distinct().ToArray()),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var drafts = new List<(long, ErpDocument)>();
        while (await reader.ReadAsync(ct))
        {
            drafts.Add((reader.GetInt64(0), JsonSerializer.Deserialize<ErpDocument>(reader.GetString(1), JsonSerializerOptions.Web)!));
        }

        await reader.NextResultAsync(ct);
        var sequences = new SortedDictionary<string, Sequence>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            sequences.Add(reader.GetString(0), new(
                reader.GetString(1), reader.GetInt64(2), await reader.IsDBNullAsync(3, ct) ? DateOnly.MinValue : reader.GetFieldValue<DateOnly>(3)));
        }

        await reader.NextResultAsync(ct);
        return (drafts, sequences, await reader.ReadAsync(ct) ? reader.GetString(0) : null);
    }

    private static string Party(ErpDocument document) => document.Party ?? "sundry";

    private static NpgsqlParameter Array<T>(IEnumerable<ErpDocument> documents, Func<ErpDocument, T> value, NpgsqlDbType type) =>
        new() { Value = documents.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlBatchCommand Command(string sql, params System.Array[] values)
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
