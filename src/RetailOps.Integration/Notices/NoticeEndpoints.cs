using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class NoticeEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var messages = api.MapGroup("/orders/{id:guid}/messages").WithTags("Orders");
        messages.MapGet("/", List).WithName("ListOrderNotices").WithSummary("What the customer was told, oldest first").ProducesRefusals(404);
        messages.MapPost("/{messageId:guid}:resend", Resend).WithName("ResendNotice").WithSummary("Tell the customer once more").TakesIdempotencyKey().ProducesRefusals(404);
    }

    private static async Task<Results<Ok<IReadOnlyList<NoticeView>>, ProblemHttpResult>> List(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new ListOrderNotices(new(id)), ct)).ToOk();

    private static async Task<Results<Accepted<NoticeView>, ProblemHttpResult>> Resend(Guid id, Guid messageId, MessageResend body, Door door, CancellationToken ct) =>
        (await door.Run(new ResendNotice(new(id), messageId, body.Reason), ct)).ToAccepted(_ => $"/api/v1/orders/{id}/messages");
}

/// <summary>Why a customer is told once more.</summary>
/// <param name="Reason">1 to 200 characters, without personal data.</param>
internal sealed record MessageResend(string Reason);
