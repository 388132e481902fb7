using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Platform;

/// <summary>A mapped column, read from many entities as one array.</summary>
internal sealed class EntityColumn
{
    private readonly IClrPropertyGetter getter;
    private readonly ValueConverter? converter;
    private readonly Type element;
    private readonly NpgsqlDbType type;

    public EntityColumn(IProperty property)
    {
        Property = property;
        Name = property.GetColumnName();
        getter = property.GetGetter();
        var stored = property.GetColumnType();
        if (stored == "text[]")
        {
            // An array of arrays cannot be taken apart into arrays: each travels as its text.
            (Cast, element, type) = ("::text[]", typeof(string), NpgsqlDbType.Text);
            return;
        }

        converter = property.GetTypeMapping().Converter;
        var provided = converter?.ProviderClrType ?? property.ClrType;
        element = provided.IsValueType && property.IsNullable && Nullable.GetUnderlyingType(provided) is null ? typeof(Nullable<>).MakeGenericType(provided) : provided;
        type = stored.Split('(')[0] switch
        {
            "uuid" => NpgsqlDbType.Uuid,
            "text" => NpgsqlDbType.Text,
            "character" => NpgsqlDbType.Char,
            "jsonb" => NpgsqlDbType.Jsonb,
            "bytea" => NpgsqlDbType.Bytea,
            "boolean" => NpgsqlDbType.Boolean,
            "smallint" => NpgsqlDbType.Smallint,
            "integer" => NpgsqlDbType.Integer,
            "bigint" => NpgsqlDbType.Bigint,
            "numeric" => NpgsqlDbType.Numeric,
            "date" => NpgsqlDbType.Date,
            "timestamp with time zone" => NpgsqlDbType.TimestampTz,
            _ => throw new NotSupportedException($"{property.DeclaringType.ShortName()}.{property.Name} is a {stored}, which aggregates cannot be written with yet; add it here."),
        };
    }

    public IProperty Property { get; }

    public string Name { get; }

    /// <summary>What turns the value that travels into the column's; empty for none.</summary>
    public string Cast { get; } = "";

    /// <summary>The values of all entities, as they are now or as they were read.</summary>
    public NpgsqlParameter Of(List<EntityEntry> entries, bool isOriginal)
    {
        var values = Array.CreateInstance(element, entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            values.SetValue(Stored(isOriginal ? entries[i].Property(Property).OriginalValue : getter.GetClrValue(entries[i].Entity)), i);
        }

        return new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }

    private object? Stored(object? value)
    {
        value = converter is null || value is null ? value : converter.ConvertToProvider(value);
        return value switch
        {
            DateTimeOffset instant => instant.ToUniversalTime(),
            IEnumerable<string> texts when Cast.Length > 0 => $"{{{string.Join(',', texts.Select(Quoted))}}}",
            _ => value,
        };
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
