package care.kurzbrief.tenant;

public final class ClinicContext {

    private static final ThreadLocal<String> CLINIC = new ThreadLocal<>();

    private ClinicContext() {
    }

    public static void set(String clinicId) {
        CLINIC.set(clinicId);
    }

    public static String require() {
        String id = CLINIC.get();
        if (id == null) {
            throw new IllegalStateException("no clinic in this request");
        }
        return id;
    }

    public static void clear() {
        CLINIC.remove();
    }
}
