using System.Collections;

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>A module's aggregates and what belongs to them, as its model maps them: a new column is copied as soon as it is mapped.</summary>
internal sealed class EntityTables
{
    private readonly Dictionary<Type, EntityTable> tables;

    public EntityTables(IModel model)
    {
        tables = model.GetEntityTypes().ToDictionary(t => t.ClrType, t => new EntityTable(t));
    }

    /// <summary>Puts an aggregate with all that its navigations hold to the rows that wait.</summary>
    public void Add(object entity, Dictionary<EntityTable, WaitingEntities> waiting)
    {
        var table = tables[entity.GetType()];
        if (!waiting.TryGetValue(table, out var rows))
        {
            waiting.Add(table, rows = new(table));
        }

        rows.Entities.Add(entity);
        foreach (var parts in table.Parts(entity))
        {
            foreach (var part in parts)
            {
                Add(part, waiting);
            }
        }
    }
}

/// <summary>One mapped table.</summary>
internal sealed class EntityTable
{
    private readonly (IClrPropertyGetter Getter, ValueConverter? Converter, string Type)[] columns;
    private readonly IClrPropertyGetter[] parts;

    public EntityTable(IEntityType type)
    {
        var properties = type.GetProperties().ToList();
        columns = [.. properties.Select(p => (p.GetGetter(), p.GetTypeMapping().Converter, p.GetColumnType().Split('(')[0]))];
        parts = [.. type.GetNavigations().Where(n => n.IsCollection).Select(n => n.GetGetter())];
        Depth = DepthOf(type);
        Sql = $"copy {type.GetSchema()}.{type.GetTableName()} ({string.Join(", ", properties.Select(p => p.GetColumnName()))}) from stdin (format binary)";
    }

    /// <summary>What others refer to comes first.</summary>
    public int Depth { get; }

    public string Sql { get; }

    public IEnumerable<IEnumerable> Parts(object entity) => parts.Select(p => (IEnumerable)p.GetClrValue(entity)!);

    public void Copy(object entity, NpgsqlBinaryImporter to)
    {
        to.StartRow();
        foreach (var (getter, converter, type) in columns)
        {
            var value = getter.GetClrValue(entity);
            value = converter is null ? value : converter.ConvertToProvider(value);
            if (value is null)
            {
                to.WriteNull();
            }
            else
            {
                to.Write(value is DateTimeOffset instant ? instant.ToUniversalTime() : value, type);
            }
        }
    }

    private static int DepthOf(IEntityType type) => type.GetForeignKeys().Select(k => 1 + DepthOf(k.PrincipalEntityType)).DefaultIfEmpty(0).Max();
}

internal sealed class WaitingEntities(EntityTable table) : WaitingRows
{
    public List<object> Entities { get; } = [];

    // Before all other rows.
    public override int Order => table.Depth - 1_000;

    public override int Count => Entities.Count;

    public override void Copy(NpgsqlConnection connection)
    {
        using var importer = connection.BeginBinaryImport(table.Sql);
        foreach (var entity in Entities)
        {
            table.Copy(entity, importer);
        }

        importer.Complete();
    }
}
