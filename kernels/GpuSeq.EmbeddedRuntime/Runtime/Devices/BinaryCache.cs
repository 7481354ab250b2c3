namespace ILGPU.Runtime.Devices;

/// <summary>Keeps compiled kernels on disk.</summary>
internal static class BinaryCache
{
    public static bool IsEnabled => false;

    public static byte[]? Find(string key) => null;

    public static void Store(string key, ReadOnlySpan<byte> binary)
    {
    }

    public static string Key(params ReadOnlySpan<string> parts) => string.Join('\n', parts);
}
