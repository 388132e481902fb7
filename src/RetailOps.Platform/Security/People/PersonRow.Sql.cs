using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Platform;

/// <summary>An account after an administrator's change; stale when another administrator was faster. Sign-ins count wrong passwords beside it.</summary>
/// <param name="Id">The account.</param>
/// <param name="Name">Of a new one.</param>
/// <param name="Terms">What the person may, and where.</param>
/// <param name="Hash">A new password's; null to keep the one that is there.</param>
/// <param name="Stamp">New: what was handed out before is void.</param>
/// <param name="LockedUntil">Null when it is open.</param>
/// <param name="Revision">After the change.</param>
internal sealed record PersonRow(Guid Id, string Name, PersonTerms Terms, string? Hash, string Stamp, DateTimeOffset? LockedUntil, int Revision) : IRow<PersonRow>
{
    /// <summary>Of a new one that comes from another sign-in service: its word for the person.</summary>
    public string? External { get; init; }

    /// <summary>How long a new password is good that its owner did not choose.</summary>
    public DateTimeOffset? PasswordUntil { get; init; }

    public static RowTable<PersonRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into platform.people as p
          (id, name, normalized_name, password_hash, security_stamp, concurrency_stamp, roles, channels, nodes, lockout_enabled, lockout_end, failed_sign_ins, revision, external, password_until)
        select u.id, u.name, u.normalized, u.hash, u.stamp, u.stamp,
               array(select jsonb_array_elements_text(u.roles)),
               case when u.channels is not null then array(select jsonb_array_elements_text(u.channels)) end,
               case when u.nodes is not null then array(select jsonb_array_elements_text(u.nodes)) end,
               true, u.locked_until, 0, u.revision, u.external, u.password_until
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as u (id, name, normalized, hash, stamp, roles, channels, nodes, locked_until, revision, external, password_until)
        on conflict (id) do update set
          password_hash = coalesce(excluded.password_hash, p.password_hash),
          password_until = case when excluded.password_hash is null then p.password_until else excluded.password_until end,
          security_stamp = excluded.security_stamp, concurrency_stamp = excluded.concurrency_stamp,
          roles = excluded.roles, channels = excluded.channels, nodes = excluded.nodes, lockout_end = excluded.lockout_end, failed_sign_ins = 0, revision = excluded.revision
        where p.revision = excluded.revision - 1
        """,
        everyRow: true,
        Column.Uuid<PersonRow>(r => r.Id),
        Column.Text<PersonRow>(r => r.Name),
        Column.Text<PersonRow>(r => Normal(r.Name)),
        Column.Text<PersonRow>(r => r.Hash),
        Column.Text<PersonRow>(r => r.Stamp),
        Column.Json<PersonRow>(r => ClientRow.Json(r.Terms.Roles)),
        Column.Json<PersonRow>(r => ClientRow.Json(r.Terms.Channels)),
        Column.Json<PersonRow>(r => ClientRow.Json(r.Terms.Nodes)),
        Column.InstantOrNull<PersonRow>(r => r.LockedUntil),
        Column.Int4<PersonRow>(r => r.Revision),
        Column.Text<PersonRow>(r => r.External),
        Column.InstantOrNull<PersonRow>(r => r.PasswordUntil));

    /// <summary>As Identity looks accounts up.</summary>
    public static string Normal(string name) => name.Normalize().ToUpperInvariant();
}

/// <summary>Reads accounts.</summary>
internal static class PersonTable
{
    private const string Select =
        """
        select p.id, p.name, p.roles, p.channels, p.nodes, p.lockout_end, p.password_hash is not null, p.created, p.security_stamp, p.revision, p.external
        from platform.people p
        """;

    public static async Task<StoredPerson?> Find(UnitOfWork work, Guid id, bool forUpdate, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} where p.id = $1{(forUpdate ? " for update" : "")}", await work.Connection(ct)) { Parameters = { new() { Value = id } } };
        return (await Read(command, ct)).SingleOrDefault();
    }

    public static async Task<StoredPerson?> FindExternal(UnitOfWork work, string external, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} where p.external = $1 for update", await work.Connection(ct)) { Parameters = { new() { Value = external } } };
        return (await Read(command, ct)).SingleOrDefault();
    }

    public static async Task<bool> IsTaken(UnitOfWork work, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select exists (select from platform.people p where p.normalized_name = $1)", await work.Connection(ct))
        {
            Parameters = { new() { Value = PersonRow.Normal(name) } },
        };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    public static async Task<List<StoredPerson>> List(UnitOfWork work, string? after, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} where $1 is null or p.normalized_name > $1 order by p.normalized_name limit $2", await work.Connection(ct))
        {
            Parameters = { new() { Value = after is null ? DBNull.Value : PersonRow.Normal(after), NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = limit } },
        };
        return await Read(command, ct);
    }

    private static async Task<List<StoredPerson>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var people = new List<StoredPerson>();
        while (await reader.ReadAsync(ct))
        {
            people.Add(new(
                new(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    new(reader.GetFieldValue<string[]>(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<string[]>(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<string[]>(4)),
                    null,
                    reader.GetString(8),
                    reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
                    reader.GetInt32(9))
                {
                    External = reader.IsDBNull(10) ? null : reader.GetString(10),
                },
                reader.GetBoolean(6),
                reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return people;
    }
}

/// <summary>An account that was read; counts its facts on.</summary>
internal sealed class StoredPerson(PersonRow row, bool hasPassword, DateTimeOffset created) : Kernel.IAggregate
{
    /// <summary>Beyond this it does not end by itself.</summary>
    public static readonly DateTimeOffset ForEver = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public PersonRow Row { get; private set; } = row;

    public int Revision => Row.Revision;

    public int NextRevision()
    {
        Row = Row with { Revision = Row.Revision + 1 };
        return Row.Revision;
    }

    public void Become(PersonRow changed) => Row = changed;

    public PersonView View(DateTimeOffset now) => new(
        Row.Id, Row.Name, Row.Terms.Roles, Row.Terms.Channels, Row.Terms.Nodes, Row.LockedUntil > now, Row.LockedUntil > now && Row.LockedUntil < ForEver ? Row.LockedUntil : null,
        hasPassword || Row.Hash is not null, created, Row.Revision);
}
