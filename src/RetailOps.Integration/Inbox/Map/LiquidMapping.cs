using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

using Fluid;
using Fluid.Values;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>
/// A Liquid template that writes commands as JSON, within the bounds of all templates (<see cref="LiquidTemplate"/>). What a payload says is put in by the filter <c>json</c>, so
/// that no text can end a string.
/// </summary>
internal sealed class LiquidMapping
{
    public const int MaxText = LiquidTemplate.MaxText;

    // The largest order has 2,000 lines.
    private static readonly LiquidBounds Bounds = new(1024 * 1024, TimeSpan.FromSeconds(1));

    private readonly LiquidTemplate template;

    private LiquidMapping(LiquidTemplate template) => this.template = template;

    /// <exception cref="FormatException">The text is no template, or asks for what is not offered.</exception>
    public static LiquidMapping Prepare(string text) => text.Length == 0 ? throw new FormatException($"A template has 1 to {MaxText} characters.") : new(LiquidTemplate.Prepare(text));

    /// <param name="source">Who sent it.</param>
    /// <param name="message">What was sent.</param>
    /// <param name="now">What the template takes for now: when the message came.</param>
    /// <exception cref="UnreadableException">The template failed, or did not write JSON.</exception>
    public JsonElement Render(Source source, InboundMessage message, DateTimeOffset now)
    {
        string written;
        try
        {
            written = template.Render(now, NullEncoder.Default, context =>
            {
                context.SetValue("payload", In(Json.Parse(message.Body)));
                context.SetValue("headers", new DictionaryValue(new Lookup(message.Header, () => message.Headers.Keys)));
                context.SetValue("topic", new StringValue(message.Topic));
                context.SetValue("source", new StringValue(source.Name));
                context.SetValue("channel", source.Channel is null ? NilValue.Instance : new StringValue(source.Channel));
            }, value => JsonSerializer.Serialize(Out(value, 0)), Bounds);
        }
        catch (FormatException e)
        {
            // Its words may quote the payload.
            throw new UnreadableException("The template failed; try it on the message to see why.", e);
        }

        try
        {
            return Json.Parse(Encoding.UTF8.GetBytes(written));
        }
        catch (UnreadableException e)
        {
            throw new UnreadableException("The template did not write JSON: " + e.Message, e);
        }
    }

    private static FluidValue In(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new DictionaryValue(new Members(json)),
        JsonValueKind.Array => new ArrayValue([.. json.EnumerateArray().Take(LiquidTemplate.MaxItems).Select(In)]),
        JsonValueKind.String => new StringValue(json.Text() ?? ""),
        JsonValueKind.Number => json.Number() is { } number ? NumberValue.Create(number) : new StringValue(json.GetRawText()),
        JsonValueKind.True => BooleanValue.True,
        JsonValueKind.False => BooleanValue.False,
        _ => NilValue.Instance,
    };

    private static object? Out(FluidValue value, int depth) => depth > Json.MaxDepth ? throw new InvalidOperationException("Too deep.") : value switch
    {
        NilValue => null,
        BooleanValue flag => flag.ToBooleanValue(),
        NumberValue number => number.ToNumberValue(),
        ArrayValue list => list.Values.Select(v => Out(v, depth + 1)).ToList(),
        DictionaryValue { } members when members.ToObjectValue() is Members raw => raw.Json,
        _ => value.ToStringValue(),
    };

    private sealed class Members(JsonElement json) : IFluidIndexable
    {
        public JsonElement Json => json;

        public int Count => json.GetPropertyCount();

        public IEnumerable<string> Keys => json.EnumerateObject().Select(m => m.Name);

        public bool TryGetValue(string name, out FluidValue value)
        {
            value = json.TryGetProperty(name, out var member) ? In(member) : NilValue.Instance;
            return !value.IsNil();
        }
    }

    private sealed class Lookup(Func<string, string?> find, Func<IEnumerable<string>> names) : IFluidIndexable
    {
        public int Count => names().Count();

        public IEnumerable<string> Keys => names();

        public bool TryGetValue(string name, out FluidValue value)
        {
            value = find(name) is { } text ? new StringValue(text) : NilValue.Instance;
            return !value.IsNil();
        }
    }
}
