using System.Buffers.Binary;
using System.Text.Json;

using FluentValidation;

using MediatR;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal sealed class ReadAuditValidator : AbstractValidator<ReadAudit>
{
    public ReadAuditValidator()
    {
        RuleFor(r => r.Object).Must(o => o is null || (Text.HasLength(o, 300) && o.IndexOf('/', StringComparison.Ordinal) > 0))
            .WithErrorCode("audit.object").WithMessage("A kind and an id with a slash between, like order/….");
        RuleFor(r => r.Actor).Must(a => a is null || (Text.HasLength(a, 300) && a.IndexOf(':', StringComparison.Ordinal) > 0))
            .WithErrorCode("audit.actor").WithMessage("person:…, client:…, engine:… or system:….");
        RuleFor(r => r.Actor).Must((r, a) => a is null || ReadAuditHandler.IsListed(a) || r.Object is not null || (r.From is not null && r.To is not null))
            .WithErrorCode("audit.actor-alone").WithMessage("What the engine and the system do is too much to look through: add object, or from and to.");
        RuleFor(r => r.To).Must((r, to) => to is null || r.From is null || to > r.From).WithErrorCode("audit.time").WithMessage("Later than from.");
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("audit.limit");
    }
}

internal sealed class ReadAuditHandler(UnitOfWork work) : IRequestHandler<ReadAudit, Result<IReadOnlyList<AuditEntry>>>
{
    // Ids begin with the time at which they were made, by the clocks of hosts: wide enough for those, and narrow enough to spare the rest of the log.
    private static readonly TimeSpan Slack = TimeSpan.FromDays(1);

    private const string Select =
        """
        select e.id, e.type, e.occurred, e.recorded, e.actor, (select p.name from platform.people p where e.actor = 'person:' || p.id), e.aggregate, e.revision, e.key, e.cause, e.trace, e.data::text,
               l.sequence, l.head, l.linked
        from platform.events e
        left join lateral (
          select c.sequence, c.head, c.linked from platform.chain c where (c.upto_xact, c.upto_id) >= (e.xact, e.id) order by c.upto_xact, c.upto_id limit 1) l on true
        where ($1::text is null or e.key = $1 or e.aggregate = $1) and ($2::text is null or e.actor = $2)
          and ($3::timestamptz is null or e.recorded >= $3) and ($4::timestamptz is null or e.recorded < $4)
          and ($5::uuid is null or e.id > $5) and ($6::uuid is null or e.id >= $6) and ($7::uuid is null or e.id < $7)
        """;

    // The index over people and clients holds only their rows.
    private const string OfListed = " and e.actor ~ '^(person|client):'";

    /// <summary>Whether there is an index over what one did.</summary>
    public static bool IsListed(string actor) => actor.StartsWith("person:", StringComparison.Ordinal) || actor.StartsWith("client:", StringComparison.Ordinal);

    public async Task<Result<IReadOnlyList<AuditEntry>>> Handle(ReadAudit request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            Select + (request.Actor is { } actor && IsListed(actor) ? OfListed : "") + " order by e.id limit $8", await work.Connection(ct))
        {
            Parameters =
            {
                ExceptionTable.TextOrNull(request.Object),
                ExceptionTable.TextOrNull(request.Actor),
                Instant(request.From),
                Instant(request.To),
                Id(request.After),
                Id(request.From is { } from ? At(from - Slack) : null),
                Id(request.To is { } to ? At(to + Slack) : null),
                new() { Value = request.Limit },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var entries = new List<AuditEntry>();
        while (await reader.ReadAsync(ct))
        {
            entries.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetString(4), Text(5), reader.GetString(6),
                reader.GetInt32(7), reader.GetString(8), reader.IsDBNull(9) ? null : reader.GetGuid(9), Text(10), JsonElement.Parse(reader.GetString(11)),
                reader.IsDBNull(12) ? null : AuditLinks.Read(reader, 12)));
        }

        return entries;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private static NpgsqlParameter Instant(DateTimeOffset? value) => new() { Value = (object?)value?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter Id(Guid? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static Guid At(DateTimeOffset instant)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)Math.Max(0, instant.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }
}

internal sealed class GetAuditChainHandler(UnitOfWork work) : IRequestHandler<GetAuditChain, Result<AuditChainState>>
{
    public async Task<Result<AuditChainState>> Handle(GetAuditChain request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            with last as materialized (select c.sequence, c.head, c.linked, c.total, c.upto_xact, c.upto_id from platform.chain c order by c.sequence desc limit 1)
            select l.sequence, l.head, l.linked, coalesce(l.total, 0),
                   (select count(*) from (select from platform.events e where (e.xact, e.id) > (coalesce((select upto_xact from last), -1), coalesce((select upto_id from last), '00000000-0000-0000-0000-000000000000'))
                                          limit 10000) waiting)
            from (select) one left join last l on true
            """, await work.Connection(ct));
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new AuditChainState(reader.IsDBNull(0) ? null : AuditLinks.Read(reader, 0), reader.GetInt64(3), reader.GetInt64(4));
    }
}

internal static class AuditLinks
{
    public static AuditLink Read(NpgsqlDataReader reader, int first) =>
        new(reader.GetInt64(first), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(first + 1)), reader.GetFieldValue<DateTimeOffset>(first + 2));
}
