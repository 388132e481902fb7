using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace RetailOps.Platform;

/// <summary>How far one rendering may go.</summary>
/// <param name="Output">Most characters that it writes, and that a filter gives.</param>
/// <param name="Time">The longest that it takes, machine time.</param>
public sealed record LiquidBounds(int Output, TimeSpan Time)
{
    /// <summary>Of templates in workflows and notices.</summary>
    public static LiquidBounds Usual { get; } = new(256 * 1024, TimeSpan.FromMilliseconds(500));
}

/// <summary>A Liquid template, parsed once. It sees what it is given and nothing of .NET. Steps, time and what it writes are bounded; so is what each filter makes of its input.</summary>
public sealed partial class LiquidTemplate
{
    /// <summary>Most characters of a template.</summary>
    public const int MaxText = 16 * 1024;

    /// <summary>Most items of a list.</summary>
    public const int MaxItems = 10_000;

    private const int MaxSteps = 20_000;
    private const int MaxGiven = 16 * 1024 * 1024;
    private const int MaxMessage = 1_000;
    private const string JsonFilter = "json";

    private static readonly FluidParser Parser = MakeParser();
    private static readonly TemplateOptions Options = MakeOptions();

    private readonly IFluidTemplate template;

    private LiquidTemplate(IFluidTemplate template) => this.template = template;

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">The text is no template, or asks for what is not offered.</exception>
    public static LiquidTemplate Prepare(string text)
    {
        if (text.Length > MaxText)
        {
            throw new FormatException($"A template may have at most {MaxText} characters.");
        }

        try
        {
            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
            Refuse(text);
            if (!Parser.TryParse(text, out var template, out var error))
            {
                throw new FormatException("The template cannot be read: " + error);
            }

            new Ranges().VisitTemplate(template);
            return new LiquidTemplate(template);
        }
        catch (Exception e) when (e is ParseException or InsufficientExecutionStackException)
        {
            throw new FormatException("The template cannot be read: " + e.Message, e);
        }
    }

    /// <summary>Writes it.</summary>
    /// <param name="now">What it takes for now.</param>
    /// <param name="encoder">How what is put in is encoded: <see cref="NullEncoder"/> for text.</param>
    /// <param name="fill">Gives it what it may see.</param>
    /// <param name="json">What the filter <c>json</c> writes of a value; null for Fluid's own way.</param>
    /// <param name="bounds">How far it may go; null for the usual.</param>
    /// <exception cref="FormatException">It fails, or goes beyond what it may.</exception>
    public string Render(DateTimeOffset now, TextEncoder encoder, Action<TemplateContext> fill, Func<FluidValue, string>? json = null, LiquidBounds? bounds = null)
    {
        var context = new TemplateContext(Options, StringComparer.Ordinal) { Now = () => now };
        context.AmbientValues[nameof(Stopwatch)] = Stopwatch.StartNew();
        context.AmbientValues[JsonFilter] = json;
        context.AmbientValues[nameof(LiquidBounds)] = bounds ?? LiquidBounds.Usual;
        fill(context);
        using var output = new Limited(context);
        try
        {
            var rendering = template.RenderAsync(output, encoder, context);
            return rendering.IsCompletedSuccessfully ? output.ToString() : throw rendering.AsTask().Exception?.InnerException ?? new InvalidOperationException("It waits for something.");
        }
        catch (Exception e)
        {
            // Whatever comes out of there is the template's doing.
            throw new FormatException("The template failed: " + (e.Message.Length > MaxMessage ? e.Message[..MaxMessage] + "…" : e.Message));
        }
    }

    private static FluidParser MakeParser()
    {
        var parser = new FluidParser(new FluidParserOptions { AllowFunctions = false });
        // They write where nobody counts, or read files.
        foreach (var tag in (string[])["capture", "include", "render", "macro", "from", "import", "layout", "section"])
        {
            parser.RegisteredTags.Remove(tag);
        }

        return parser;
    }

    private static TemplateOptions MakeOptions()
    {
        var options = new TemplateOptions
        {
            MaxSteps = MaxSteps,
            MaxRecursion = 20,
            CultureInfo = CultureInfo.InvariantCulture,
            TimeZone = TimeZoneInfo.Utc,
        };
        foreach (var (name, filter) in options.Filters.ToList())
        {
            var formats = name is "date" or "format_date" or "format_number" or "format_string";
            var isFormat = name is "format_string";
            FilterDelegate inner = name == JsonFilter ? (input, arguments, context) => context.AmbientValues[JsonFilter] is Func<FluidValue, string> own ? new StringValue(own(input)) : filter(input, arguments, context) : filter;
            options.Filters.AddFilter(name, (input, arguments, context) =>
                formats && (isFormat && Pads(input) || Enumerable.Range(0, arguments.Count).Any(i => Pads(arguments.At(i))))
                    ? throw new InvalidOperationException("A format may ask for at most 999 places.")
                    : Bounded(inner, input, arguments, context));
        }

        return options;
    }

    private static ValueTask<FluidValue> Bounded(FilterDelegate filter, FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        Watch(context);
        // What a filter gives is at most all that it gets, times each other.
        var size = Math.Max(1, Size(input));
        for (var i = 0; i < arguments.Count && size <= MaxGiven; i++)
        {
            size *= Math.Max(1, Size(arguments.At(i)));
        }

        if (size > MaxGiven)
        {
            throw new InvalidOperationException("A filter would make too much of its input.");
        }

        var given = filter(input, arguments, context);
        var most = BoundsOf(context).Output;
        return given.IsCompletedSuccessfully && Size(given.Result) <= most ? given : throw new InvalidOperationException($"A filter may give at most {most} characters.");
    }

    /// <summary>A width or precision in a format, which is a number of characters that is written whatever there is to write.</summary>
    [GeneratedRegex("%[-_^#:+0-9]{4,}|[A-Za-z,:][0-9]{4,}")]
    private static partial Regex Widths();

    private static bool Pads(FluidValue value) => value is StringValue text && Widths().IsMatch(text.ToStringValue());

    private static long Size(FluidValue value) => value switch
    {
        StringValue text => text.ToStringValue().Length,
        ArrayValue list => list.Values.Count > MaxItems ? throw new InvalidOperationException($"A list may have at most {MaxItems} items.") : list.Values.Sum(v => Math.Max(1, v is StringValue s ? s.ToStringValue().Length : 1)),
        _ => 1,
    };

    private static LiquidBounds BoundsOf(TemplateContext context) => (LiquidBounds)context.AmbientValues[nameof(LiquidBounds)];

    private static void Watch(TemplateContext context)
    {
        if (((Stopwatch)context.AmbientValues[nameof(Stopwatch)]).Elapsed > BoundsOf(context).Time)
        {
            throw new InvalidOperationException($"It took longer than {BoundsOf(context).Time.TotalMilliseconds} ms.");
        }
    }

    /// <summary>Counts tags that open blocks before the parser recurses into them.</summary>
    private static void Refuse(string text)
    {
        var deepest = 0;
        foreach (var part in text.Split("{%").Skip(1))
        {
            var tag = part.TrimStart('-', ' ', '\t', '\r', '\n');
            deepest += tag.StartsWith("end", StringComparison.Ordinal) ? -1 : tag.StartsWith("if", StringComparison.Ordinal) || tag.StartsWith("for", StringComparison.Ordinal)
                || tag.StartsWith("unless", StringComparison.Ordinal) || tag.StartsWith("case", StringComparison.Ordinal) || tag.StartsWith("tablerow", StringComparison.Ordinal) ? 1 : 0;
            if (deepest > 32)
            {
                throw new FormatException("A template may be nested 32 deep at most.");
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

    /// <summary>A range becomes a list as long as it says: its ends must be written out.</summary>
    private sealed class Ranges : AstVisitor
    {
        protected override Fluid.Ast.Expression VisitRangeExpression(RangeExpression range) =>
            range is { From: Fluid.Ast.LiteralExpression { Value: NumberValue from }, To: Fluid.Ast.LiteralExpression { Value: NumberValue to } } && Math.Abs(to.ToNumberValue() - from.ToNumberValue()) <= MaxItems
                ? base.VisitRangeExpression(range)
                : throw new ParseException($"The ends of a range must be numbers that are written out, at most {MaxItems} apart.");
    }

    /// <summary>Takes what the template writes, up to a limit.</summary>
    private sealed class Limited(TemplateContext context) : TextWriter(CultureInfo.InvariantCulture)
    {
        private readonly StringBuilder text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            Check(1);
            text.Append(value);
        }

        public override void Write(string? value)
        {
            Check(value?.Length ?? 0);
            text.Append(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            Check(count);
            text.Append(buffer, index, count);
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            Check(buffer.Length);
            text.Append(buffer);
        }

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

        private void Check(int more)
        {
            Watch(context);
            if (text.Length + more > BoundsOf(context).Output)
            {
                throw new InvalidOperationException($"A template may write at most {BoundsOf(context).Output} characters.");
            }
        }
    }
}
