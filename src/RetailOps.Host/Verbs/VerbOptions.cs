using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>The options that a verb was given.</summary>
internal sealed class VerbOptions
{
    /// <summary>Stands among a verb's options when it takes words that are no options.</summary>
    public const string Words = "";

    private readonly Dictionary<string, string> values = [];
    private readonly List<string> arguments = [];

    private VerbOptions()
    {
    }

    public static IReadOnlyDictionary<string, bool> Usual { get; } = new Dictionary<string, bool> { ["--json"] = false, ["--data"] = true };

    public static IReadOnlyDictionary<string, bool> OfHosts { get; } = new Dictionary<string, bool> { ["--json"] = false, ["--data"] = true, ["--urls"] = true };

    public static IReadOnlyDictionary<string, bool> OfDemo { get; } = new Dictionary<string, bool>(OfHosts) { ["--still"] = false };

    /// <summary>Whether a machine reads stdout.</summary>
    public bool Json => values.ContainsKey("--json");

    /// <summary>The words that are no options, in their order.</summary>
    public IReadOnlyList<string> Arguments => arguments;

    public string? this[string option] => values.GetValueOrDefault(option);

    /// <param name="args">Behind the verb: <c>--option</c>, <c>--option VALUE</c> or <c>--option=VALUE</c>.</param>
    /// <param name="known">True for those with a value.</param>
    /// <param name="options">What was given.</param>
    /// <param name="problem">One sentence.</param>
    public static bool TryRead(IReadOnlyList<string> args, IReadOnlyDictionary<string, bool> known, out VerbOptions options, [NotNullWhen(false)] out string? problem)
    {
        options = new VerbOptions();
        problem = null;
        for (var i = 0; i < args.Count; i++)
        {
            if (known.ContainsKey(Words) && !args[i].StartsWith('-'))
            {
                options.arguments.Add(args[i]);
                continue;
            }

            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            if (!known.TryGetValue(name, out var takesValue))
            {
                problem = $"There is no option '{name}'.";
            }
            else if (takesValue && value is null && (value = i + 1 < args.Count ? args[++i] : null) is null)
            {
                problem = $"{name} needs a value.";
            }
            else if (!takesValue && value is not null)
            {
                problem = $"{name} takes no value.";
            }
            else
            {
                options.values[name] = value ?? "";
                continue;
            }

            return false;
        }

        return true;
    }

    /// <summary>The settings of the environment, with the options' values instead where they were given.</summary>
    public HostSettings Settings(string environment)
    {
        var settings = HostSettings.Read(environment, Environment.GetEnvironmentVariable);
        return settings with
        {
            DataFolder = this["--data"] is { Length: > 0 } folder ? Path.GetFullPath(folder) : settings.DataFolder,
            Urls = this["--urls"] is { Length: > 0 } urls ? urls : settings.Urls,
        };
    }

    /// <summary>Writes a verb's summary for a machine.</summary>
    public static void Write<T>(T summary) => Console.Out.WriteLine(JsonSerializer.Serialize(summary, ApiJson.Options));
}
