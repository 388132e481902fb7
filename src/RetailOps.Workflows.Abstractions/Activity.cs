using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>One kind of step. An instance of it is made once per place in a compiled definition and shared by all runs: keep no state in it.</summary>
public abstract class Activity
{
    /// <summary>The step's id in its definition; bookmarks and journal refer to it.</summary>
    public string Id { get; init; } = "";

    /// <summary>Runs the step. Ends with <see cref="ActivityContext.Complete(string)"/>, or leaves a bookmark and returns.</summary>
    public abstract ValueTask ExecuteAsync(ActivityContext context);

    /// <summary>Goes on where a bookmark of this step was met. By default the step is done.</summary>
    /// <param name="context">The step's context, with its own properties as it left them.</param>
    /// <param name="payload">What came with the stimulus: the event's data, or null for a timer.</param>
    public virtual ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Reads an expression of the definition when asked.</summary>
/// <typeparam name="T">The .NET type the step wants; literals and script results are converted to it.</typeparam>
public sealed class Input<T>
{
    /// <summary>The place of this input among the step's inputs; set when a definition is compiled, -1 when not drawn.</summary>
    public int Slot { get; init; } = -1;
}

/// <summary>Writes to the variable or workflow output that the definition names, or nowhere.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class Output<T>
{
    /// <summary>The place of this output among the step's outputs; set when a definition is compiled, -1 when not drawn.</summary>
    public int Slot { get; init; } = -1;
}

/// <summary>A property holding <see cref="Input{T}"/>; its JSON name is the property's in camel case.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InputAttribute : Attribute
{
    /// <summary>The value used where the definition draws none, as Elsa writes literals; null for none.</summary>
    public string? Default { get; set; }

    /// <summary>What the designer calls it; null for the property's name in words.</summary>
    public string? DisplayName { get; set; }

    /// <summary>What an analyst should know, in a sentence; null when the name says it.</summary>
    public string? Description { get; set; }

    /// <summary>The designer's editor, one of <see cref="UIHints"/>; null for what the type suggests.</summary>
    public string? UIHint { get; set; }

    /// <summary>Values to choose from; others can still be computed. Null for any.</summary>
    public string[]? Options { get; set; }

    /// <summary>The tab of the designer's panel; null for the first.</summary>
    public string? Category { get; set; }

    /// <summary>The kind of expression that the designer begins with, like <c>JavaScript</c>; null for a literal.</summary>
    public string? Syntax { get; set; }
}

/// <summary>Editors that the designer has for inputs.</summary>
public static class UIHints
{
    /// <summary>A line of text.</summary>
    public const string SingleLine = "singleline";

    /// <summary>Several lines of text.</summary>
    public const string MultiLine = "multiline";

    /// <summary>Yes or no.</summary>
    public const string CheckBox = "checkbox";

    /// <summary>One of a list.</summary>
    public const string DropDown = "dropdown";

    /// <summary>A list of texts.</summary>
    public const string MultiText = "multitext";

    /// <summary>A list of texts that are the step's outcomes.</summary>
    public const string DynamicOutcomes = "dynamic-outcomes";

    /// <summary>JSON or an expression for it.</summary>
    public const string JsonEditor = "json-editor";
}

/// <summary>A property holding <see cref="Output{T}"/>; its JSON name is the property's in camel case.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OutputAttribute : Attribute
{
    /// <summary>What the designer calls it; null for the property's name in words.</summary>
    public string? DisplayName { get; set; }

    /// <summary>What an analyst should know, in a sentence; null when the name says it.</summary>
    public string? Description { get; set; }
}

/// <summary>The stable name under which definitions refer to a kind of step; never renamed.</summary>
/// <param name="type"><c>Elsa.…</c> for the original's, <c>RetailOps.…</c> for ours.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ActivityAttribute(string type) : Attribute
{
    /// <summary>The name in the definition's JSON.</summary>
    public string Type { get; } = type;

    /// <summary>The version of the kind, from 1.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Where the designer's palette lists it.</summary>
    public string Category { get; set; } = "";

    /// <summary>What the designer calls it; null for the name in words.</summary>
    public string? DisplayName { get; set; }

    /// <summary>What it does, in a sentence for an analyst.</summary>
    public string? Description { get; set; }
}

/// <summary>The outcomes that can be drawn; without it there is one, <c>Done</c>.</summary>
/// <param name="names">In the order of the designer.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OutcomesAttribute(params string[] names) : Attribute
{
    /// <summary>In the order of the designer.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>What a step does to the world outside the engine.</summary>
public enum Effect
{
    /// <summary>Records a fact of its own module.</summary>
    Records,

    /// <summary>Promises stock that lapses.</summary>
    Reserves,

    /// <summary>Promises stock to an order.</summary>
    Allocates,

    /// <summary>Gives a promise back.</summary>
    Releases,

    /// <summary>Asks a customer for money: an invoice.</summary>
    Charges,

    /// <summary>Gives money back.</summary>
    Refunds,

    /// <summary>Puts a document into the books of the ERP.</summary>
    Posts,

    /// <summary>Tells somebody.</summary>
    Notifies,

    /// <summary>Asks a person and waits for the answer.</summary>
    Waits,
}

/// <summary>Declares a step's effect, for the linter and for undo.</summary>
/// <param name="effect">What it does.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EffectAttribute(Effect effect) : Attribute
{
    /// <summary>What it does.</summary>
    public Effect Effect { get; } = effect;

    /// <summary>The type name of the step that takes it back; null when <see cref="NoUndoBecause"/> says why there is none.</summary>
    public string? UndoneBy { get; set; }

    /// <summary>What the step that takes it back is given, where names differ: <c>Lines=Granted</c> gives its input <c>Lines</c> what this step's <c>Granted</c> was. Several with commas. Inputs of the same name need no mention.</summary>
    public string? UndoInputs { get; set; }

    /// <summary>Why nothing takes it back.</summary>
    public string? NoUndoBecause { get; set; }
}

/// <summary>
/// The step takes over what an earlier one promised: from then on its module sees to it that the promise is kept or given back. For the linter; a step that undoes
/// the promise, or whose effect is <see cref="Effect.Releases"/>, needs no such word.
/// </summary>
/// <param name="effect">The effect of the earlier step.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class SettlesAttribute(Effect effect) : Attribute
{
    /// <summary>The effect of the earlier step.</summary>
    public Effect Effect { get; } = effect;
}

/// <summary>A request the step sends. A definition version may send what its steps declare and nothing else.</summary>
/// <param name="request">The request's type, of the step's own module.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class SendsAttribute(Type request) : Attribute
{
    /// <summary>The request's type.</summary>
    public Type Request { get; } = request;
}

/// <summary>A request of another module that the step's own request asks in the same unit of work; permitted with it.</summary>
/// <param name="request">The request's type, of another module's Contracts.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class AsksAttribute(Type request) : Attribute
{
    /// <summary>The request's type.</summary>
    public Type Request { get; } = request;
}

/// <summary>An event that a step's code waits for. Only declared events reach an instance, so waiting for another one is an error.</summary>
/// <param name="eventName">Compared exactly.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class WaitsForAttribute(string eventName) : Attribute
{
    /// <summary>The event's name.</summary>
    public string EventName { get; } = eventName;
}
