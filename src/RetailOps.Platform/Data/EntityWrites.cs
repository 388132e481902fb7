using System.Runtime.CompilerServices;

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>
/// What has become of a context's aggregates, as statements over <c>unnest</c>: one for each table, kind of change and set of changed columns, which
/// travel in the batch of the flush. EF sends one for each row, and makes a round trip of them.
/// </summary>
internal sealed class EntityWrites
{
    private static readonly ConditionalWeakTable<IModel, EntityWrites> Models = [];

    private readonly Dictionary<IEntityType, EntityRows> tables = [];

    /// <summary>The statements of a model, made once.</summary>
    public static EntityWrites Of(IModel model) => Models.GetValue(model, static _ => new());

    /// <summary>
    /// The statements for all that is added, modified or deleted; the changes have been detected. What others refer to is added first and deleted last.
    /// </summary>
    public IEnumerable<EntityCommand> Commands(ChangeTracker tracker)
    {
        List<(EntityRows Table, EntityState State, string Columns, List<EntityEntry> Entries)>? changes = null;
        foreach (var entry in tracker.Entries())
        {
            if (entry.State is EntityState.Unchanged or EntityState.Detached)
            {
                continue;
            }

            var table = TableOf(entry.Metadata);
            var columns = entry.State is EntityState.Modified ? table.Changed(entry) : "";
            changes ??= [];
            var at = changes.FindIndex(c => c.Table == table && c.State == entry.State && c.Columns == columns);
            if (at < 0)
            {
                changes.Add((table, entry.State, columns, [entry]));
            }
            else
            {
                changes[at].Entries.Add(entry);
            }
        }

        return changes is null
            ? []
            : changes.OrderBy(c => c.State switch { EntityState.Added => c.Table.Depth, EntityState.Modified => 1_000, _ => 2_000 - c.Table.Depth })
                .Select(c => c.Table.Command(c.State, c.Columns, c.Entries));
    }

    private EntityRows TableOf(IEntityType type)
    {
        lock (tables)
        {
            return tables.TryGetValue(type, out var table) ? table : tables[type] = new(type);
        }
    }
}

/// <summary>One statement, and how many rows it must hit; fewer mean that somebody was faster.</summary>
internal readonly record struct EntityCommand(NpgsqlBatchCommand Command, int Rows, string What);

/// <summary>The statements of one mapped table.</summary>
internal sealed class EntityRows
{
    private readonly string what;
    private readonly string table;
    private readonly EntityColumn[] all;
    private readonly EntityColumn[] keys;
    private readonly EntityColumn[] tokens;
    private readonly Dictionary<(EntityState State, string Columns), string> texts = [];

    public EntityRows(IEntityType type)
    {
        what = type.ShortName();
        table = $"{type.GetSchema()}.{type.GetTableName()}";
        all = [.. type.GetProperties().Select(p => new EntityColumn(p))];
        keys = [.. all.Where(c => c.Property.IsPrimaryKey())];
        tokens = [.. all.Where(c => c.Property.IsConcurrencyToken)];
        Depth = DepthOf(type);
    }

    /// <summary>How far it refers to others.</summary>
    public int Depth { get; }

    /// <summary>Which columns of a modified row changed: a letter for each.</summary>
    public string Changed(EntityEntry entry)
    {
        Span<char> marks = stackalloc char[all.Length];
        var count = 0;
        for (var i = 0; i < all.Length; i++)
        {
            if (entry.Property(all[i].Property).IsModified)
            {
                marks[count++] = (char)('a' + i);
            }
        }

        return new(marks[..count]);
    }

    public EntityCommand Command(EntityState state, string columns, List<EntityEntry> entries)
    {
        var command = new NpgsqlBatchCommand(TextOf(state, columns));
        foreach (var column in state is EntityState.Added ? all : keys)
        {
            command.Parameters.Add(column.Of(entries, isOriginal: false));
        }

        if (state is not EntityState.Added)
        {
            foreach (var token in tokens)
            {
                command.Parameters.Add(token.Of(entries, isOriginal: true));
            }

            foreach (var column in columns)
            {
                command.Parameters.Add(all[column - 'a'].Of(entries, isOriginal: false));
            }
        }

        return new(command, entries.Count, what);
    }

    private string TextOf(EntityState state, string columns)
    {
        lock (texts)
        {
            return texts.TryGetValue((state, columns), out var text) ? text : texts[(state, columns)] = Text(state, [.. columns.Select(c => all[c - 'a'])]);
        }
    }

    private string Text(EntityState state, EntityColumn[] changed)
    {
        if (state is EntityState.Added)
        {
            return $"insert into {table} ({List(all, c => c.Name)}) select {List(all, c => $"u.{c.Name}{c.Cast}")} from unnest({Numbers(all.Length)}) as u ({List(all, c => c.Name)})";
        }

        // The keys once more as a list: the rows are looked up by them, whatever was known of the table when this was planned.
        var names = List([.. keys.Select(c => c.Name), .. tokens.Select(c => $"was_{c.Name}"), .. changed.Select(c => $"new_{c.Name}")], n => n);
        var given = $"unnest({Numbers(keys.Length + tokens.Length + changed.Length)}) as u ({names})";
        var same = $"t.{keys[0].Name} = any($1) and " + string.Join(" and ", [.. keys.Select(c => $"t.{c.Name} = u.{c.Name}"), .. tokens.Select(c => $"t.{c.Name} = u.was_{c.Name}")]);
        return state is EntityState.Deleted
            ? $"delete from {table} t using {given} where {same}"
            : $"update {table} t set {List(changed, c => $"{c.Name} = u.new_{c.Name}{c.Cast}")} from {given} where {same}";
    }

    private static string List<T>(IEnumerable<T> parts, Func<T, string> text) => string.Join(", ", parts.Select(text));

    private static string Numbers(int count) => List(Enumerable.Range(1, count), n => $"${n}");

    private static int DepthOf(IEntityType type) => type.GetForeignKeys().Select(k => 1 + DepthOf(k.PrincipalEntityType)).DefaultIfEmpty(0).Max();
}
