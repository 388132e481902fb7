using System.Text.Json;
using System.Text.Json.Serialization;

namespace RetailOps.Kernel;

/// <summary>Names one order. Made by us (version 7, so that ids sort by time); never reused.</summary>
/// <param name="Value">The id as it stands in the database and in JSON (a plain string).</param>
[JsonConverter(typeof(OrderIdJson))]
public readonly record struct OrderId(Guid Value)
{
    /// <summary>A new id; every call gives another one.</summary>
    public static OrderId New() => new(Guid.CreateVersion7());

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();

    private sealed class OrderIdJson : JsonConverter<OrderId>
    {
        public override OrderId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetGuid());

        public override void Write(Utf8JsonWriter writer, OrderId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}

/// <summary>Stock-keeping unit: the retailer's own code of an item. Compared in upper case; 1 to 64 characters without blanks.</summary>
[JsonConverter(typeof(SkuJson))]
public readonly record struct Sku
{
    private readonly string? value;

    /// <summary>Takes the code as given, trimmed, in upper case.</summary>
    public Sku(string value) => this.value = value.Trim().ToUpperInvariant();

    /// <summary>The code in upper case; empty for the default value.</summary>
    public string Value => value ?? "";

    /// <summary>Whether the code has 1 to 64 visible characters.</summary>
    public bool IsWellFormed => Value is { Length: > 0 and <= 64 } && !Value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    /// <inheritdoc/>
    public override string ToString() => Value;

    private sealed class SkuJson : JsonConverter<Sku>
    {
        public override Sku Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, Sku value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}

/// <summary>The business key of an order, under which its events, its flows and those of its fulfilments stand.</summary>
public static class OrderKey
{
    private const string Prefix = "order/";

    /// <summary><c>order/…</c>.</summary>
    public static string Of(OrderId id) => Prefix + id;

    /// <summary>The order that a key names.</summary>
    /// <exception cref="FormatException">The key names no order; a workflow that works on orders needs one.</exception>
    public static OrderId Of(string? key) => key is not null && key.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParse(key.AsSpan(Prefix.Length), out var id)
        ? new OrderId(id)
        : throw new FormatException($"The correlation id '{key}' names no order.");
}
