using System.Security.Cryptography;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>Something that is not as the chain says.</summary>
/// <param name="Kind"><c>changed</c>, <c>missing</c>, <c>inserted</c> or <c>reordered</c> for a row; <c>link</c> for the chain itself; <c>head</c> for what was exported.</param>
/// <param name="Link">The number of the link; null for a row that stands behind all of them.</param>
/// <param name="Event">The row; null when it is not about one.</param>
/// <param name="Message">One sentence.</param>
public sealed record AuditFinding(string Kind, long? Link, Guid? Event, string Message);

/// <summary>What a check of the chain found.</summary>
/// <param name="Checked">Rows that were compared.</param>
/// <param name="Broken">How many findings there are.</param>
/// <param name="Links">Links that were recomputed.</param>
/// <param name="Unlinked">Rows that wait to be linked.</param>
/// <param name="Exported">Exported heads that were compared.</param>
/// <param name="Head">The last head in hexadecimal digits; null for no link.</param>
/// <param name="Findings">The first of them, in the order of the chain; the first is where it begins to be wrong.</param>
public sealed record AuditReport(long Checked, long Broken, long Links, long Unlinked, long Exported, string? Head, IReadOnlyList<AuditFinding> Findings);

/// <summary>How far a check has come.</summary>
/// <param name="Rows">Compared.</param>
/// <param name="Of">All that the chain covers.</param>
public readonly record struct AuditProgress(long Rows, long Of);

/// <summary>
/// Recomputes the chain from its first row. What links say is not believed: the head of each is computed from its rows' hashes, these from the rows, and what was
/// exported says whether all of it was rewritten.
/// </summary>
public sealed class AuditCheck(Database database)
{
    private const int Shown = 100;
    private const int LinksAtOnce = 500;
    private const int RowsAtOnce = 50_000;

    private const string LinksSql =
        """
        select c.sequence, c.head, c.rows, c.total, c.upto_xact, c.upto_id, c.ids, c.hashes
        from (select l.sequence, sum(l.rows) over (order by l.sequence) - l.rows as before
              from (select sequence, rows from platform.chain where sequence > $1 order by sequence limit $2) l) w
        join platform.chain c on c.sequence = w.sequence
        where w.before < $3 order by c.sequence
        """;

    private const string RowsSql =
        $"select e.xact, e.id, {AuditChain.RowHash} from platform.events e where (e.xact, e.id) > ($1, $2) and (e.xact, e.id) <= ($3, $4) order by e.xact, e.id";

    private const string RestSql =
        $"""
        select e.id, e.xact >= (select b.base from platform.chain_base b) + pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        from platform.events e where (e.xact, e.id) > ($1, $2) order by e.xact, e.id
        """;

    /// <summary>Checks everything, in one snapshot. Changes nothing.</summary>
    /// <param name="exported">Heads that were written down elsewhere.</param>
    /// <param name="progress">Told after each page; null for nobody.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<AuditReport> Run(IEnumerable<ExportedHead> exported, IProgress<AuditProgress>? progress = null, CancellationToken ct = default)
    {
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);

        // In the order of the chain, whatever the server thinks of scans.
        await using (var plan = new NpgsqlCommand("set local enable_seqscan = off; set local enable_bitmapscan = off; set local jit = off", connection, snapshot))
        {
            await plan.ExecuteNonQueryAsync(ct);
        }

        return await new Pass(connection, exported).Run(progress, ct);
    }

    private sealed record Link(long Sequence, byte[] Head, int Rows, long Total, Place Upto, Guid[] Ids, byte[] Hashes);

    private readonly record struct Place(long Xact, Guid Id)
    {
        public bool IsBehind(Place other) => Xact != other.Xact ? Xact > other.Xact : Id.CompareTo(other.Id) > 0;
    }

    private readonly record struct Row(Guid Id, byte[] Hash);

    private sealed class Pass(NpgsqlConnection connection, IEnumerable<ExportedHead> exported)
    {
        private readonly ILookup<long, ExportedHead> written = exported.ToLookup(e => e.Sequence);
        private readonly List<AuditFinding> findings = [];
        private long broken;
        private long rows;
        private long links;
        private long compared;
        private long total;
        private byte[] head = new byte[SHA256.HashSizeInBytes];
        private long sequence;
        private Place upto = new(long.MinValue, Guid.Empty);

        public async Task<AuditReport> Run(IProgress<AuditProgress>? progress, CancellationToken ct)
        {
            var all = await Total(ct);
            while (await Page(ct) is { Count: > 0 } page)
            {
                await Compare(page, ct);
                progress?.Report(new(rows, all));
            }

            foreach (var lost in written.Where(w => w.Key > sequence).SelectMany(w => w).OrderBy(w => w.Sequence))
            {
                Find("head", lost.Sequence, null, $"link {lost.Sequence} was exported at {lost.At:u} and is not there any more: the end of the chain was cut off");
            }

            var unlinked = await Rest(ct);
            return new(rows, broken, links, unlinked, compared, links > 0 ? Convert.ToHexStringLower(head) : null, findings);
        }

        private async Task<long> Total(CancellationToken ct)
        {
            await using var command = new NpgsqlCommand("select coalesce((select total from platform.chain order by sequence desc limit 1), 0)", connection);
            return (long)(await command.ExecuteScalarAsync(ct))!;
        }

        private async Task<List<Link>> Page(CancellationToken ct)
        {
            await using var command = new NpgsqlCommand(LinksSql, connection) { CommandTimeout = 0, Parameters = { new() { Value = sequence }, new() { Value = LinksAtOnce }, new() { Value = RowsAtOnce } } };
            await using var reader = await command.ExecuteReaderAsync(ct);
            var page = new List<Link>();
            while (await reader.ReadAsync(ct))
            {
                page.Add(new(
                    reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), reader.GetInt64(3), new(reader.GetInt64(4), reader.GetGuid(5)),
                    reader.GetFieldValue<Guid[]>(6), reader.GetFieldValue<byte[]>(7)));
            }

            return page;
        }

        private async Task Compare(List<Link> page, CancellationToken ct)
        {
            var there = await RowsOf(page, ct);
            foreach (var (link, found) in page.Zip(there))
            {
                CheckLink(link);
                await CheckRows(link, found, ct);
                (sequence, head, upto, total) = (link.Sequence, link.Head, link.Upto, link.Total);
                links++;
                rows += found.Count;
            }
        }

        /// <summary>All rows that stand between the links, by link; one query for the page.</summary>
        private async Task<List<Row>[]> RowsOf(List<Link> page, CancellationToken ct)
        {
            var found = page.Select(l => new List<Row>(l.Rows)).ToArray();
            await using var command = new NpgsqlCommand(RowsSql, connection)
            {
                CommandTimeout = 0,
                Parameters = { new() { Value = upto.Xact }, new() { Value = upto.Id }, new() { Value = page[^1].Upto.Xact }, new() { Value = page[^1].Upto.Id } },
            };
            await using var reader = await command.ExecuteReaderAsync(ct);
            for (var at = 0; await reader.ReadAsync(ct);)
            {
                var place = new Place(reader.GetInt64(0), reader.GetGuid(1));
                while (place.IsBehind(page[at].Upto) && at < page.Count - 1)
                {
                    at++;
                }

                found[at].Add(new(place.Id, reader.GetFieldValue<byte[]>(2)));
            }

            return found;
        }

        private void CheckLink(Link link)
        {
            if (link.Sequence != sequence + 1)
            {
                Find("link", sequence + 1, null, $"link {sequence + 1} is missing; the next one is {link.Sequence}");
            }
            else if (!SHA256.HashData([.. head, .. link.Hashes]).AsSpan().SequenceEqual(link.Head))
            {
                Find("link", link.Sequence, null, $"the head of link {link.Sequence} does not follow from the head before it and the hashes of its rows");
            }
            else if (link.Total != total + link.Rows || link.Ids.Length != link.Rows)
            {
                Find("link", link.Sequence, null, $"link {link.Sequence} counts its rows wrongly");
            }

            foreach (var line in written[link.Sequence])
            {
                compared++;
                if (line.Head != Convert.ToHexStringLower(link.Head))
                {
                    Find("head", link.Sequence, null, $"link {link.Sequence} had another head when it was exported at {line.At:u}: the chain was rewritten");
                }
            }
        }

        private async Task CheckRows(Link link, List<Row> found, CancellationToken ct)
        {
            if (found.Count == link.Ids.Length && found.Select((r, i) => r.Id == link.Ids[i] && HashAt(link, i).SequenceEqual(r.Hash)).All(same => same))
            {
                return;
            }

            // A place that was named twice is a tampered link, which its head has told already.
            var expected = new Dictionary<Guid, int>();
            for (var i = 0; i < link.Ids.Length; i++)
            {
                expected.TryAdd(link.Ids[i], i);
            }

            var last = -1;
            foreach (var row in found)
            {
                if (!expected.Remove(row.Id, out var at))
                {
                    Find("inserted", link.Sequence, row.Id, $"event {row.Id} stands among the rows of link {link.Sequence}, which does not know it");
                }
                else if (!HashAt(link, at).SequenceEqual(row.Hash))
                {
                    Find("changed", link.Sequence, row.Id, $"event {row.Id} of link {link.Sequence} is not what was linked");
                    last = at;
                }
                else if (at < last)
                {
                    Find("reordered", link.Sequence, row.Id, $"event {row.Id} of link {link.Sequence} stands at another place");
                }
                else
                {
                    last = at;
                }
            }

            foreach (var (id, _) in expected.OrderBy(e => e.Value))
            {
                if (await IsElsewhere(id, ct))
                {
                    Find("reordered", link.Sequence, id, $"event {id} of link {link.Sequence} stands at another place");
                }
                else
                {
                    Find("missing", link.Sequence, id, $"event {id} of link {link.Sequence} is gone");
                }
            }
        }

        private async Task<bool> IsElsewhere(Guid id, CancellationToken ct)
        {
            await using var command = new NpgsqlCommand("select exists (select from platform.events where id = $1)", connection) { Parameters = { new() { Value = id } } };
            return (bool)(await command.ExecuteScalarAsync(ct))!;
        }

        /// <summary>What waits to be linked, and what nobody can have written yet.</summary>
        private async Task<long> Rest(CancellationToken ct)
        {
            await using var command = new NpgsqlCommand(RestSql, connection) { CommandTimeout = 0, Parameters = { new() { Value = upto.Xact }, new() { Value = upto.Id } } };
            await using var reader = await command.ExecuteReaderAsync(ct);
            var unlinked = 0L;
            while (await reader.ReadAsync(ct))
            {
                if (reader.GetBoolean(1))
                {
                    Find("inserted", null, reader.GetGuid(0), $"event {reader.GetGuid(0)} says that it was written by a transaction that has not begun yet");
                }
                else
                {
                    unlinked++;
                }
            }

            return unlinked;
        }

        private static ReadOnlySpan<byte> HashAt(Link link, int at) =>
            (at + 1) * SHA256.HashSizeInBytes <= link.Hashes.Length ? link.Hashes.AsSpan(at * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes) : [];

        private void Find(string kind, long? link, Guid? @event, string message)
        {
            broken++;
            if (findings.Count < Shown)
            {
                findings.Add(new(kind, link, @event, message));
            }
        }
    }
}
