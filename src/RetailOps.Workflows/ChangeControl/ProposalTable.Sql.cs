using Npgsql;

using NpgsqlTypes;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A new proposal.</summary>
internal sealed record ProposalRow(Proposal Proposal) : IRow<ProposalRow>
{
    public static RowTable<ProposalRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into workflows.proposals (id, definition_id, version_id, version, action, checksum, proposed_by, reason, proposed, status, revision)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        everyRow: true,
        Column.Uuid<ProposalRow>(r => r.Proposal.Id),
        Column.Text<ProposalRow>(r => r.Proposal.DefinitionId),
        Column.Text<ProposalRow>(r => r.Proposal.VersionId),
        Column.Int4<ProposalRow>(r => r.Proposal.Version),
        Column.Text<ProposalRow>(r => r.Proposal.Action),
        Column.Text<ProposalRow>(r => r.Proposal.Checksum),
        Column.Text<ProposalRow>(r => r.Proposal.ProposedBy),
        Column.Text<ProposalRow>(r => r.Proposal.Reason),
        Column.Instant<ProposalRow>(r => r.Proposal.Proposed),
        Column.Text<ProposalRow>(r => r.Proposal.Status),
        Column.Int4<ProposalRow>(r => r.Proposal.Revision));
}

/// <summary>Who proposed without a reason has given one.</summary>
internal sealed record ProposalExplainedRow(Proposal Proposal) : IRow<ProposalExplainedRow>
{
    public static RowTable<ProposalExplainedRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update workflows.proposals p set reason = u.reason, revision = u.revision from unnest($1, $2, $3) as u (id, reason, revision)
        where p.id = u.id and p.status = 'open' and p.reason = '' and p.revision = u.revision - 1
        """,
        everyRow: true,
        Column.Uuid<ProposalExplainedRow>(r => r.Proposal.Id),
        Column.Text<ProposalExplainedRow>(r => r.Proposal.Reason),
        Column.Int4<ProposalExplainedRow>(r => r.Proposal.Revision));
}

/// <summary>A proposal was approved or rejected.</summary>
internal sealed record ProposalDecidedRow(Proposal Proposal) : IRow<ProposalDecidedRow>
{
    public static RowTable<ProposalDecidedRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update workflows.proposals p set status = u.status, decided_by = u.by, decision_reason = u.reason, decided = u.at, revision = u.revision
        from unnest($1, $2, $3, $4, $5, $6) as u (id, status, by, reason, at, revision)
        where p.id = u.id and p.status = 'open' and p.revision = u.revision - 1
        """,
        everyRow: true,
        Column.Uuid<ProposalDecidedRow>(r => r.Proposal.Id),
        Column.Text<ProposalDecidedRow>(r => r.Proposal.Status),
        Column.Text<ProposalDecidedRow>(r => r.Proposal.DecidedBy),
        Column.Text<ProposalDecidedRow>(r => r.Proposal.DecisionReason),
        Column.InstantOrNull<ProposalDecidedRow>(r => r.Proposal.Decided),
        Column.Int4<ProposalDecidedRow>(r => r.Proposal.Revision));
}

internal static class ProposalTable
{
    private const string Columns = "p.id, p.definition_id, p.version_id, p.version, p.action, p.checksum, p.proposed_by, p.reason, p.proposed, p.status, p.decided_by, p.decision_reason, p.decided, p.revision";

    /// <summary>A changed file is a proposal when the live version was edited elsewhere.</summary>
    public static NpgsqlBatchCommand OfFile(string definitionId, string versionId, int version, string checksum, string file) => new(
        """
        insert into workflows.proposals (id, definition_id, version_id, version, action, checksum, proposed_by, reason, proposed, status, revision)
        values ($1, $2, $3, $4, 'publish', $5, $6, 'The file has changed.', clock_timestamp(), 'open', 1)
        """)
    {
        Parameters =
        {
            new() { Value = Guid.CreateVersion7() },
            new() { Value = definitionId },
            new() { Value = versionId },
            new() { Value = version },
            new() { Value = checksum },
            new() { Value = "file:" + file },
        },
    };

    /// <summary>What waits about a version; null for nothing. The definition's lock is held.</summary>
    public static async Task<Proposal?> OpenFor(NpgsqlConnection connection, string versionId, string? action, CancellationToken ct) =>
        (await Read(
            connection,
            $"select {Columns} from workflows.proposals p where p.version_id = $1 and p.status = 'open' and ($2 is null or p.action = $2) order by p.id desc limit 1",
            ct,
            new() { Value = versionId },
            new() { Value = (object?)action ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text })).SingleOrDefault();

    /// <summary>The last proposal about a version, decided or not.</summary>
    public static async Task<Proposal?> LastFor(NpgsqlConnection connection, string versionId, CancellationToken ct) =>
        (await Read(connection, $"select {Columns} from workflows.proposals p where p.version_id = $1 order by p.id desc limit 1", ct, new NpgsqlParameter { Value = versionId })).SingleOrDefault();

    /// <summary>The last proposal about each version of a definition.</summary>
    public static Task<List<Proposal>> LastOfEach(NpgsqlConnection connection, string definitionId, CancellationToken ct) =>
        Read(connection, $"select distinct on (p.version_id) {Columns} from workflows.proposals p where p.definition_id = $1 order by p.version_id, p.id desc", ct, new NpgsqlParameter { Value = definitionId });

    public static Task<List<Proposal>> List(NpgsqlConnection connection, string status, string? definitionId, Guid? after, int limit, CancellationToken ct) =>
        Read(
            connection,
            $"select {Columns} from workflows.proposals p where p.status = $1 and ($2 is null or p.definition_id = $2) and ($3 is null or p.id > $3) order by p.id limit $4",
            ct,
            new() { Value = status },
            new() { Value = (object?)definitionId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            new() { Value = limit });

    private static async Task<List<Proposal>> Read(NpgsqlConnection connection, string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var proposals = new List<Proposal>();
        while (await reader.ReadAsync(ct))
        {
            var proposal = new Proposal
            {
                Id = reader.GetGuid(0),
                DefinitionId = reader.GetString(1),
                VersionId = reader.GetString(2),
                Version = reader.GetInt32(3),
                Action = reader.GetString(4),
                Checksum = reader.GetString(5),
                ProposedBy = reader.GetString(6),
                Reason = reader.GetString(7),
                Proposed = reader.GetFieldValue<DateTimeOffset>(8),
            };
            proposals.Add(Proposal.Stored(
                proposal,
                reader.GetString(9),
                reader.IsDBNull(10) ? null : reader.GetString(10),
                reader.IsDBNull(11) ? null : reader.GetString(11),
                reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12),
                reader.GetInt32(13)));
        }

        return proposals;
    }
}
