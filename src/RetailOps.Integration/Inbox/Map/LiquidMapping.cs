using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace RetailOps.Integration;

/// <summary>
/// A Liquid template that writes commands as JSON. The same bounds as for templates of workflows: no tags that write where nobody counts or read files, filters that cannot make much of
/// little, steps, time and output counted, nesting refused before the parser goes into it. What a payload says is put in by the filter <c>json</c>, so that no text can end a string.
/// </summary>
internal sealed class LiquidMapping
{
    public const int MaxText = 16 * 1024;
    private const int MaxSteps = 20_000;
    private const int MaxOutput = 1024 * 1024;
    private const int MaxItems = 10_000;
    private const int MaxBlocks = 32;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);
    private static readonly string[] NoTags = ["capture", "include", "render", "macro", "from", "import", "layout", "section"];
    private static readonly string[] NoFilters = ["format_string", "format_number", "format_date", "json"];
    private static readonly string[] Openers = ["if", "for", "unless", "case", "tablerow"];
    private static readonly FluidParser Parser = MakeParser();
    private static readonly TemplateOptions Options = MakeOptions();

    private readonly IFluidTemplate template;

    private LiquidMapping(IFluidTemplate template) => this.template = template;

    /// <exception cref="FormatException">The text is no template, or asks for what is not offered.</exception>
    public static LiquidMapping Prepare(string text)
    {
        if (text.Length is 0 or > MaxText)
        {
            throw new FormatException($"A template has 1 to {MaxText} characters.");
        }

        RefuseNesting(text);
        try
        {
            if (!Parser.TryParse(text, out var template, out var error))
            {
                throw new FormatException("The template cannot be read: " + error);
            }

            new NoRanges().VisitTemplate(template);
            return new(template);
        }
        catch (ParseException e)
        {
            throw new FormatException("The template cannot be read: " + e.Message, e);
        }
    }

    /// <exception cref="UnreadableException">The template failed, or did not write JSON.</exception>
    public JsonElement Render(Source source, InboundMessage message)
    {
        var context = new TemplateContext(Options, StringComparer.Ordinal);
        context.AmbientValues[nameof(Stopwatch)] = Stopwatch.StartNew();
        context.SetValue("payload", In(Json.Parse(message.Body)));
        context.SetValue("headers", new DictionaryValue(new Lookup(message.Header, () => message.Headers.Keys)));
        context.SetValue("topic", new StringValue(message.Topic));
        context.SetValue("source", new StringValue(source.Name));
        context.SetValue("channel", source.Channel is null ? NilValue.Instance : new StringValue(source.Channel));
        using var output = new Limited(context);
        try
        {
            var rendering = template.RenderAsync(output, NullEncoder.Default, context);
            if (!rendering.IsCompletedSuccessfully)
            {
                throw rendering.AsTask().Exception?.InnerException ?? new InvalidOperationException("It waits for something.");
            }
        }
        catch (Exception e)
        {
            // Whatever comes out of there is the template's doing. Its words may quote the payload.
            throw new UnreadableException($"The template failed: {e.GetType().Name}; try it on the message to see why.", e);
        }

        try
        {
            return Json.Parse(Encoding.UTF8.GetBytes(output.ToString()));
        }
        catch (UnreadableException e)
        {
            throw new UnreadableException("The template did not write JSON: " + e.Message, e);
        }
    }

    private static FluidParser MakeParser()
    {
        var parser = new FluidParser(new FluidParserOptions { AllowFunctions = false });
        foreach (var tag in NoTags)
        {
            parser.RegisteredTags.Remove(tag);
        }

        return parser;
    }

    private static TemplateOptions MakeOptions()
    {
        var options = new TemplateOptions { MaxSteps = MaxSteps, MaxRecursion = 20, CultureInfo = CultureInfo.InvariantCulture, TimeZone = TimeZoneInfo.Utc };
        foreach (var (name, filter) in options.Filters.ToList())
        {
            // A width in a format is written whatever there is to write.
            options.Filters.AddFilter(name, NoFilters.Contains(name) ? (_, _, _) => throw new InvalidOperationException($"{name} is not offered.") : (input, arguments, context) => Bounded(filter, input, arguments, context));
        }

        options.Filters.AddFilter("json", (input, _, context) =>
        {
            Watch(context);
            return new StringValue(JsonSerializer.Serialize(Out(input, 0)));
        });
        return options;
    }

    private static ValueTask<FluidValue> Bounded(FilterDelegate filter, FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        Watch(context);
        var size = Math.Max(1, Size(input));
        for (var i = 0; i < arguments.Count && size <= 16L * MaxOutput; i++)
        {
            // A format of a date with a width of many digits is a text of that many characters.
            size *= Math.Max(1, Size(arguments.At(i))) * (arguments.At(i) is StringValue text && text.ToStringValue().Count(char.IsAsciiDigit) > 12 ? MaxOutput : 1);
        }

        if (size > 16L * MaxOutput)
        {
            throw new InvalidOperationException("A filter would make too much of its input.");
        }

        var given = filter(input, arguments, context);
        return given.IsCompletedSuccessfully && Size(given.Result) <= MaxOutput ? given : throw new InvalidOperationException($"A filter may give at most {MaxOutput} characters.");
    }

    private static long Size(FluidValue value) => value switch
    {
        StringValue text => text.ToStringValue().Length,
        ArrayValue list => list.Values.Count > MaxItems ? throw new InvalidOperationException($"A list may have at most {MaxItems} items.") : list.Values.Sum(v => Math.Max(1, v is StringValue s ? s.ToStringValue().Length : 1)),
        _ => 1,
    };

    private static void Watch(TemplateContext context)
    {
        if (((Stopwatch)context.AmbientValues[nameof(Stopwatch)]).Elapsed > MaxTime)
        {
            throw new InvalidOperationException($"It took longer than {MaxTime.TotalSeconds} s.");
        }
    }

    private static void RefuseNesting(string text)
    {
        var depth = 0;
        foreach (var part in text.Split("{%").Skip(1))
        {
            var tag = part.TrimStart('-', ' ', '\t', '\r', '\n');
            depth += tag.StartsWith("end", StringComparison.Ordinal) ? -1 : Openers.Any(o => tag.StartsWith(o, StringComparison.Ordinal)) ? 1 : 0;
            if (depth > MaxBlocks)
            {
                throw new FormatException($"A template may be nested {MaxBlocks} deep at most.");
            }
        }

        var brackets = 0;
        foreach (var c in text)
        {
            brackets = c is '(' or '[' ? brackets + 1 : c is ')' or ']' ? Math.Max(0, brackets - 1) : brackets;
            if (brackets > 64)
            {
                throw new FormatException("A template may be nested 64 deep at most.");
            }
        }
    }

    private static FluidValue In(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new DictionaryValue(new Members(json)),
        JsonValueKind.Array => new ArrayValue([.. json.EnumerateArray().Take(MaxItems).Select(In)]),
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

    /// <summary>A range becomes a list as long as it says; a mapping needs none.</summary>
    private sealed class NoRanges : AstVisitor
    {
        protected override Expression VisitRangeExpression(RangeExpression rangeExpression) => throw new ParseException("Ranges are not offered.");
    }

    private sealed class Limited(TemplateContext context) : TextWriter(CultureInfo.InvariantCulture)
    {
        private readonly StringBuilder text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Add([value]);

        public override void Write(string? value) => Add(value);

        public override void Write(char[] buffer, int index, int count) => Add(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Add(buffer);

        public override Task WriteAsync(char value) => Done(() => Write(value));

        public override Task WriteAsync(string? value) => Done(() => Write(value));

        public override Task WriteAsync(char[] buffer, int index, int count) => Done(() => Write(buffer, index, count));

        public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default) => Done(() => Write(buffer.Span));

        public override Task FlushAsync() => Task.CompletedTask;

        public override string ToString() => text.ToString();

        private static Task Done(Action write)
        {
            write();
            return Task.CompletedTask;
        }

        private void Add(ReadOnlySpan<char> more)
        {
            Watch(context);
            if (text.Length + more.Length > MaxOutput)
            {
                throw new InvalidOperationException($"A template may write at most {MaxOutput} characters.");
            }

            text.Append(more);
        }
    }
}
