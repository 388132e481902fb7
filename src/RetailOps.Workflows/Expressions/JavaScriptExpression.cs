using System.Collections.Frozen;

using Acornima.Ast;

using Jint;
using Jint.Native;
using Jint.Runtime;

namespace RetailOps.Workflows;

/// <summary>A script, parsed once; evaluated each time in an engine of its own, so that nothing one script does can reach another.</summary>
internal sealed class JavaScriptExpression : Expression
{
    public const int MaxText = 16 * 1024;
    private const int MaxNesting = 64;
    private const int MaxFunctions = 500;
    private const int MaxMessage = 1_000;

    private static readonly ScriptPreparationOptions Preparation = new()
    {
        CollectReferencedGlobals = true,
        ParsingOptions = new ScriptParsingOptions { AllowReturnOutsideFunction = true, RegexTimeout = ScriptSandbox.RegexTimeout },
    };

    private readonly Prepared<Script> script;
    private readonly string[] globals;
    private readonly ScriptNature nature;

    private JavaScriptExpression(Prepared<Script> script, ScriptNature nature)
    {
        this.script = script;
        this.nature = nature;
        // A name reached through the global object is not seen by the parser; such scripts get everything.
        globals = script.ReferencedGlobals!.Contains("globalThis") ? [.. ScriptGlobals.Fixed] : [.. script.ReferencedGlobals!];
        AsksForOutputs = Array.Exists(globals, g => g.Length > 8 && g.StartsWith("get", StringComparison.Ordinal) && g.IndexOf("From", 4, StringComparison.Ordinal) > 0);
    }

    public bool AsksForOutputs { get; }

    /// <exception cref="FormatException">The text is no script, or too long or too deeply nested.</exception>
    public static JavaScriptExpression Prepare(string text)
    {
        if (text.Length > MaxText)
        {
            throw new FormatException($"A script may have at most {MaxText} characters.");
        }

        Refuse(text);
        try
        {
            var script = Engine.PrepareScript(text, options: Preparation);
            return new JavaScriptExpression(script, ScriptNatures.Of(script.Program!));
        }
        catch (Exception e) when (e is ScriptPreparationException or InsufficientExecutionStackException)
        {
            throw new FormatException("The script cannot be read: " + (e.InnerException ?? e).Message, e);
        }
    }

    public override object? Evaluate(Burst burst) => Evaluate(burst, null);

    /// <param name="extra">Further globals of the activity that runs the script.</param>
    public object? Evaluate(Burst burst, IReadOnlyDictionary<string, Func<Engine, JsValue>>? extra)
    {
        ScriptClock.Set(burst.Now);
        try
        {
            var engine = ScriptSandbox.Open(nature);
            foreach (var name in globals)
            {
                var value = extra?.GetValueOrDefault(name) is { } make ? make(engine) : ScriptGlobals.Make(engine, burst, name);
                if (value is not null)
                {
                    engine.SetValue(name, value);
                }
            }

            return ScriptValues.Out(engine, engine.Evaluate(script));
        }
        catch (Exception e) when (e is not FormatException)
        {
            // Whatever comes out of there is the script's doing. What it threw may be long, and holds its whole world: neither is kept.
            throw new FormatException("The script failed: " + Short(e.Message));
        }
    }

    private static string Short(string message) => message.Length > MaxMessage ? message[..MaxMessage] + "…" : message;

    /// <summary>Counts brackets before the parser recurses into them, and functions in functions, whose scopes it walks again and again.</summary>
    private static void Refuse(string text)
    {
        if (text.AsSpan().Count("=>") > MaxFunctions)
        {
            throw new FormatException($"A script may have {MaxFunctions} functions at most.");
        }

        var depth = 0;
        foreach (var c in text)
        {
            depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
            if (depth > MaxNesting)
            {
                throw new FormatException($"A script may be nested {MaxNesting} deep at most.");
            }
        }
    }
}
