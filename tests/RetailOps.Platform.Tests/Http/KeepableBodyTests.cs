using System.Text;

namespace RetailOps.Platform.Tests;

public sealed class KeepableBodyTests
{
    [Theory]
    [InlineData("{\"a\":\"plain\"}", true)]
    [InlineData("{\"a\":\"\\u0041\\n\\\\ud800\\\\u0000\"}", true)]
    [InlineData("{\"a\":\"\\ud83d\\ude00\"}", true)]
    [InlineData("{\"a\":\"\\uD83D\\uDE00\\uD83D\\uDE00\"}", true)]
    [InlineData("{\"a\":\"\\u0000\"}", false)]
    [InlineData("{\"a\":\"\\\\\\u0000\"}", false)]
    [InlineData("{\"\\u0000\":1}", false)]
    [InlineData("{\"a\":\"\\ud800\"}", false)]
    [InlineData("{\"a\":\"\\udc00\"}", false)]
    [InlineData("{\"a\":\"\\ud800x\"}", false)]
    [InlineData("{\"a\":\"\\ud800\\n\"}", false)]
    [InlineData("{\"a\":\"\\ud800\\u0041\"}", false)]
    [InlineData("{\"a\":\"\\ud800\\ud800\"}", false)]
    public async Task What_no_table_can_keep_is_found_wherever_the_pieces_break(string json, bool isKeepable)
    {
        for (var size = 1; size <= json.Length; size++)
        {
            await using var body = new KeepableBody(new MemoryStream(Encoding.UTF8.GetBytes(json)));
            var read = async () =>
            {
                var buffer = new byte[size];
                var all = new List<byte>();
                for (int count; (count = await body.ReadAsync(buffer)) > 0;)
                {
                    all.AddRange(buffer.AsSpan(0, count));
                }

                return Encoding.UTF8.GetString([.. all]);
            };

            if (isKeepable)
            {
                (await read()).Should().Be(json);
            }
            else
            {
                await read.Should().ThrowAsync<UnkeepableTextException>();
            }
        }
    }
}
