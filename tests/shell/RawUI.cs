using System.Globalization;
using System.Management.Automation.Host;

namespace CertBroker.Shell;

/// <summary>The little that formatting needs to know of the terminal: its width.</summary>
internal sealed class RawUI : PSHostRawUserInterface
{
    private const int PipeWidth = 120;
    private readonly Size size = Measure();

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;
    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;
    public override Size BufferSize { get => size; set { } }
    public override Coordinates CursorPosition { get; set; }
    public override int CursorSize { get; set; } = 25;
    public override bool KeyAvailable => false;
    public override Size MaxPhysicalWindowSize => size;
    public override Size MaxWindowSize => size;
    public override Coordinates WindowPosition { get; set; }
    public override Size WindowSize { get => size; set { } }
    public override string WindowTitle { get; set; } = "certbroker-shell";

    public override void FlushInputBuffer() { }
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException("certbroker-shell has no screen buffer");
    public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException("certbroker-shell reads lines, not keys");
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) { }
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) { }
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) { }

    private static Size Measure()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int columns) &&
            columns is >= 40 and <= 1000)
        {
            return new Size(columns, 50);
        }
        return Console.IsOutputRedirected || Console.WindowWidth < 40 ? new Size(PipeWidth, 50) : new Size(Console.WindowWidth, 50);
    }
}
