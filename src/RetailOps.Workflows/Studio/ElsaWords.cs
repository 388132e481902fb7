namespace RetailOps.Workflows;

/// <summary>
/// The original's activities as its designer shows them, so that who knows it finds them again under the same names. Which of them there are, and which of their
/// inputs, the engine's own classes decide.
/// </summary>
internal static partial class ElsaWords
{
    /// <summary>Kept and shown, though nothing of it is run.</summary>
    public static readonly IReadOnlyList<string> ShownOnly = ["Elsa.StateMachine", "Elsa.NotFoundActivity", "Elsa.Workflow"];

    public static ElsaActivity? Of(string type) => Common.GetValueOrDefault(type) ?? Http.GetValueOrDefault(type);
}

/// <param name="Category">Where the palette lists it.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Description">What it does.</param>
internal sealed record ElsaActivity(string Category, string DisplayName, string? Description)
{
    public string Kind { get; init; } = "Action";

    public bool IsContainer { get; init; }

    public bool IsBrowsable { get; init; } = true;

    public bool IsStart { get; init; }

    public bool IsTerminal { get; init; }

    /// <summary>Whether a person may name a resilience strategy for it.</summary>
    public bool IsResilient { get; init; }

    /// <summary>Ports that hold an activity.</summary>
    public string[] Embedded { get; init; } = [];

    public bool HidesPorts { get; init; }

    /// <summary>Outcomes.</summary>
    public string[] Flow { get; init; } = [];

    public ElsaInput[] Inputs { get; init; } = [];

    public ElsaOutput[] Outputs { get; init; } = [];
}

/// <param name="Name">In Pascal case; the JSON property is its camel case.</param>
/// <param name="Type">As definitions name it.</param>
/// <param name="Hint">The designer's editor.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Description">What it is for.</param>
internal sealed record ElsaInput(string Name, string Type, string Hint, string DisplayName, string? Description = null)
{
    /// <summary>Whether it stands in the definition as an expression; else as plain JSON.</summary>
    public bool IsWrapped { get; init; } = true;

    /// <summary>Read from the drawing itself instead of through a slot of the class.</summary>
    public bool IsDrawn { get; init; }

    public bool AutoEvaluate { get; init; } = true;

    public bool IsSensitive { get; init; }

    public string? Category { get; init; }

    public object? Default { get; init; }

    public string? Syntax { get; init; }

    public string? Language { get; init; }

    public double Order { get; init; }

    public string[]? Picks { get; init; }

    public string[]? Checks { get; init; }
}

/// <param name="Name">In Pascal case.</param>
/// <param name="Type">As definitions name it.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Description">What it is.</param>
internal sealed record ElsaOutput(string Name, string Type, string DisplayName, string? Description = null)
{
    public bool IsSerializable { get; init; } = true;
}
