using System.Text.Json;

using RetailOps.Workflows;

namespace RetailOps.Integration;

/// <summary>
/// Asks for a document to be put into the books and waits until the ERP has decided. The instance's correlation id is the document's key: its
/// answers come under it. A refusal and silence are put before a person by the connector; what was asked for before with another content is
/// an outcome of its own.
/// </summary>
[Activity("RetailOps.PostDocument", Version = 1, Category = "Integration", Description = "Puts a document into the books of the ERP and waits until it stands there, was refused, or nobody answered. The same document is posted once.")]
[Outcomes("Posted", "Refused", "GaveUp", "Contradicted")]
[Effect(Effect.Posts, NoUndoBecause = "A posted document is final; a credit memo or a reverse adjustment corrects it.")]
[Sends(typeof(PostDocument))]
[WaitsFor(Posted)]
[WaitsFor(Refused)]
[WaitsFor(GivenUp)]
internal sealed class PostDocumentActivity : Activity
{
    private const string Posted = "integration.document-posted.v1";
    private const string Refused = "integration.document-refused.v1";
    private const string GivenUp = "integration.posting-given-up.v1";

    [Input(Description = "What should stand in the books; see ErpDocument.")]
    public Input<ErpDocument> Document { get; init; } = new();

    [Output(DisplayName = "ERP's number", Description = "The ERP's number; null when it is not posted, and where the ERP keeps no such documents.")]
    public Output<string?> Number { get; init; } = new();

    [Output(DisplayName = "What stands against it", Description = "What stands against it; null when it is posted.")]
    public Output<string?> Words { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var document = context.Get(Document) ?? throw new InvalidOperationException("There is no document to post.");
        if (context.CorrelationId != document.Key)
        {
            throw new InvalidOperationException($"The flow of {document.Key} has the correlation id '{context.CorrelationId}'; it would not hear the answer.");
        }

        var result = await context.Send(new PostDocument(document));
        if (!result.IsSuccess)
        {
            // Nothing is on its way, so nobody else tells of it.
            End(context, "Contradicted", null, $"{result.Refusal.Code}: {result.Refusal.Message}");
            return;
        }

        switch (result.Value.Status)
        {
            // Where the ERP keeps no such documents, there is nothing to wait for, and no number.
            case "posted" or "set-aside":
                End(context, "Posted", result.Value.Number, null);
                break;
            case "refused":
                End(context, "Refused", null, result.Value.Words);
                break;
            case "gave-up":
                End(context, "GaveUp", null, NoAnswer(result.Value.Attempts));
                break;
            default:
                context.WaitForEvent(Posted);
                context.WaitForEvent(Refused);
                context.WaitForEvent(GivenUp);
                break;
        }
    }

    /// <summary>Which of the three came is told by what it carries: a number, words, or neither.</summary>
    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        var answer = payload ?? throw new InvalidOperationException("An answer without data.");
        if (answer.TryGetProperty("number", out var number))
        {
            End(context, "Posted", number.GetString(), null);
        }
        else if (answer.TryGetProperty("words", out var words))
        {
            End(context, "Refused", null, words.GetString());
        }
        else
        {
            End(context, "GaveUp", null, NoAnswer(answer.GetProperty("attempts").GetInt32()));
        }

        return ValueTask.CompletedTask;
    }

    private static string NoAnswer(int attempts) => $"No answer in {attempts} tries.";

    private void End(ActivityContext context, string outcome, string? number, string? words)
    {
        context.Set(Number, number);
        context.Set(Words, words);
        context.Complete(outcome);
    }
}
